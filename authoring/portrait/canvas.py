"""The canvas: the square of a portrait that the avatar shows, with a margin around it.

The head-and-shoulders square is chosen from the face's landmarks. Beyond the picture's border its colours are continued.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.errors import PortraitError
from authoring.portrait.fill import push_pull
from authoring.portrait.portrait import Portrait

FACE_SHARE: Final = 0.40  # height of the face's landmarks in the canvas
FACE_SHARES: Final = (0.25, 0.60)  # lowest and highest that may be chosen: a larger head would lose its hair
MARGIN: Final = 0.125  # of the canvas, on every side
CANVAS_PX: Final = 1024  # the canvas inside the extended pictures
EXTENDED_PX: Final = int(CANVAS_PX * (1 + 2 * MARGIN))


@dataclass(frozen=True, slots=True)
class Cut:
    """A square of the portrait, in its pixels; it may extend beyond the picture."""

    left: float
    top: float
    side: float

    def to_canvas(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Portrait pixels (N, 2) to canvas pixels (N, 2) float32, without the margin."""
        return np.asarray((points - (self.left, self.top)) * (CANVAS_PX / self.side), np.float32)


def choose_cut(landmarks: NDArray[np.float32], width: int, height: int) -> Cut:
    """Choose the head-and-shoulders square around a face.

    Args:
        landmarks: (K, 2) float32, face landmarks in portrait pixels.
        width, height: of the portrait, pixels.
    """
    low, high = landmarks.min(0), landmarks.max(0)
    face = face_size(landmarks)
    side = face / FACE_SHARE
    if side > min(width, height) >= face * 1.35:
        side = float(min(width, height))  # prefer a tighter cut to an invented border
    centre_x = float(low[0] + high[0]) / 2
    centre_y = float(low[1] + high[1]) / 2 + 0.02 * side
    left = _inside(centre_x - side / 2, side, width)
    top = _inside(centre_y - side / 2, side, height)
    return Cut(left, top, side)


def face_size(landmarks: NDArray[np.float32]) -> float:
    """Height of a face that counts for a cut, pixels: that of its landmarks (K, 2), or of a wide face's width."""
    across, down = landmarks.max(0) - landmarks.min(0)
    return float(max(down, across * 1.1))


def check_cut(cut: Cut, landmarks: NDArray[np.float32]) -> None:
    """Check a square that a user chose.

    Args:
        cut: the square, portrait pixels.
        landmarks: (K, 2) float32, face landmarks in portrait pixels.

    Raises:
        PortraitError: the face is not wholly in it, or too small or too large in it.
    """
    if not all(map(math.isfinite, (cut.left, cut.top, cut.side))) or cut.side <= 0:
        raise PortraitError("the crop is no square; choose it again")
    points = cut.to_canvas(landmarks) / CANVAS_PX
    if points.min() < 0 or points.max() > 1:
        raise PortraitError("the crop must hold the whole face; move or enlarge it")
    share = face_size(landmarks) / cut.side
    low, high = FACE_SHARES
    if not low <= share <= high:
        raise PortraitError(
            f"the face takes {share:.0%} of the crop's height, expected {low:.0%} to {high:.0%}; "
            f"{'shrink' if share < low else 'enlarge'} the crop"
        )


def _inside(start: float, side: float, length: int) -> float:
    if side >= length:
        return (length - side) / 2
    return min(max(start, 0.0), length - side)


def cut_square(picture: NDArray[np.uint8], cut: Cut, size: int) -> NDArray[np.uint8]:
    """The square (size, size, 3) uint8 of a picture (H, W, 3), averaged where it shrinks; black outside the picture."""
    scale = size / cut.side
    matrix = np.array([[scale, 0, -cut.left * scale], [0, scale, -cut.top * scale]])
    matrix[:, 2] += 0.5 * (scale - 1)  # OpenCV's (0, 0) is the centre of the first pixel
    if scale < 1:  # warpAffine does not average
        picture = cv2.GaussianBlur(picture, (0, 0), 0.35 / scale)
    return np.asarray(cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR))


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """The cut with its margin: the extended canvas, E = EXTENDED_PX, on which the pictures are painted.

    Attributes:
        rgb: (E, E, 3) float32 0..1 sRGB; continued outside the portrait.
        known: (E, E) float32: 1 where the portrait has pixels, else 0.
        alpha: (E, E) float32 0..1, the portrait's own straight alpha, or None.
    """

    rgb: NDArray[np.float32]
    known: NDArray[np.float32]
    alpha: NDArray[np.float32] | None


def draw_canvas(portrait: Portrait, cut: Cut) -> Canvas:
    """Resample the portrait into the extended canvas."""
    scale = CANVAS_PX / cut.side
    offset = MARGIN * CANVAS_PX
    height, width = portrait.rgb.shape[:2]
    matrix = np.array(
        [[scale, 0, offset - cut.left * scale], [0, scale, offset - cut.top * scale]], np.float64
    )
    # Half-pixel offset: OpenCV's (0, 0) is the centre of the first pixel, not its corner.
    matrix[:, 2] += 0.5 * (scale - 1)
    source = portrait.rgb.astype(np.float32) / 255.0
    if scale < 0.5:  # blur first: warpAffine does not average when it scales down
        source = cv2.GaussianBlur(source, (0, 0), 0.35 / scale)
    mode = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR
    size = (EXTENDED_PX, EXTENDED_PX)
    rgb = cv2.warpAffine(source, matrix, size, flags=mode, borderMode=cv2.BORDER_REPLICATE)
    inside = np.ones((height, width), np.float32)
    known = cv2.warpAffine(inside, matrix, size, flags=cv2.INTER_LINEAR, borderValue=0)
    known = (known > 0.999).astype(np.float32)
    rgb = np.clip(rgb, 0, 1)
    if known.min() < 1:
        # Repeat the edge pixels near the picture, and blend into the pyramid's fill, so that no streaks form.
        near = cv2.GaussianBlur(known, (0, 0), 24)
        soft = push_pull(rgb, known)
        streak = np.clip(near * 2, 0, 1)[..., None]
        rgb = np.where(known[..., None] > 0, rgb, rgb * streak + soft * (1 - streak))
    alpha = None
    if portrait.alpha is not None:
        opacity = portrait.alpha.astype(np.float32) / 255
        border = cv2.BORDER_REPLICATE
        alpha = cv2.warpAffine(opacity, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)
        # Interpolate premultiplied colours, so that no background colour gets into the outline.
        weighted = source * opacity[..., None]
        person = cv2.warpAffine(weighted, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)
        own = np.clip(person / np.maximum(alpha, 1e-3)[..., None], 0, 1)
        rgb = np.where(((alpha > 0.01) & (alpha < 0.999) & (known > 0))[..., None], own, rgb)
    return Canvas(np.asarray(rgb, np.float32), known, alpha)


def extended_pixels(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Picture coordinates (N, 2) to pixels (N, 2) of the extended canvas.

    Args:
        picture: (N, 2) float32, picture heights from the canvas's centre: x right, y down.
    """
    return np.asarray(picture * CANVAS_PX + EXTENDED_PX / 2, np.float32)


def picture_coordinates(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pixels (N, 2) of the extended canvas to picture coordinates (N, 2); the inverse of `extended_pixels`."""
    return np.asarray((pixels - EXTENDED_PX / 2) / CANVAS_PX, np.float32)


def sample(picture: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sample a picture bilinearly.

    Args:
        picture: (H, W) or (H, W, C) float32.
        pixels: (h, w, 2) coordinates x, y; (0.5, 0.5) is the centre of the first pixel.

    Returns:
        (h, w) or (h, w, C) float32.
    """
    at = (pixels - 0.5).astype(np.float32)
    return np.asarray(
        cv2.remap(picture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )
