"""Which parts of the head the portrait shows: texels of the face's texture, and the eyeballs between their lids."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.fit.head_fit import HeadFit
from authoring.paint.raster import Raster
from authoring.portrait.canvas import EXTENDED_PX, extended_pixels, sample
from face.easing import smoothstep
from face.eyeballs import EYE_CLEARANCE
from face.head_model import HeadModel

OUTLINE_PX: Final = 12  # width of the unreliable band inside the face's outline, extended-canvas pixels

Image = NDArray[np.float32]


def texel_confidence(
    raster: Raster,
    fit: HeadFit,
    rest: Image,
    triangles: NDArray[np.int32],
    positions: Image,
    normals: Image,
    at: Image,
) -> Image:
    """How well the portrait shows each texel: facing the camera, not hidden, in enough pixels.

    Args:
        rest: (V, 3) float32, the head as in the portrait, rest space.
        triangles: (T, 3) of the face.
        positions: (A, A, 4) float32, rest position of each texel, and 1 inside the face.
        normals: (A, A, 3) float32, rest space.
        at: (A, A, 2) float32, where each texel lies in the portrait, extended-canvas pixels.

    Returns:
        (A, A) float32 0..1.
    """
    toward = -positions[..., :3]
    length = np.linalg.norm(toward, axis=2) * np.maximum(np.linalg.norm(normals, axis=2), 1e-6)
    facing = (toward * normals).sum(2) / np.maximum(length, 1e-6)
    pixels = extended_pixels(fit.to_picture(rest))
    drawn = raster.draw(
        pixels, rest[:, 2:3], triangles, EXTENDED_PX, depth=(-1 / rest[:, 2]).astype(np.float32)
    )
    nearest = np.clip(at, 0, EXTENDED_PX - 1).astype(np.int32)
    front = drawn[nearest[..., 1], nearest[..., 0], 0]
    visible = (positions[..., 2] > front - 0.3).astype(np.float32)
    visible = cv2.erode(visible, np.ones((3, 3), np.uint8))
    # Near the face's outline a texel seen at a steep angle may show hair, neck or background: require more facing.
    face = cv2.copyMakeBorder((drawn[..., 1] > 0).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inside = cv2.distanceTransform(face, cv2.DIST_L2, 5)[1:-1, 1:-1]
    interior = smoothstep(OUTLINE_PX, 2 * OUTLINE_PX, sample(inside, at))
    facing = facing.astype(np.float32)
    steep = interior * smoothstep(0.0, 0.12, facing) + (1 - interior) * smoothstep(0.14, 0.42, facing)
    return np.asarray(
        visible * steep * smoothstep(0.06, 0.2, stretch(at)),
        np.float32,
    )


def stretch(at: Image) -> Image:
    """Portrait pixels per texel in the narrower direction, relative to the median; 0 where skin is folded.

    Args:
        at: (A, A, 2) float32, as for `texel_confidence`.

    Returns:
        (A, A) float32.
    """
    across = np.linalg.norm(np.gradient(at, axis=1), axis=2)
    down = np.linalg.norm(np.gradient(at, axis=0), axis=2)
    tight = np.minimum(across, down)
    return np.asarray(tight / max(float(np.median(tight[tight > 0])), 1e-6), np.float32)


def eye_opening(raster: Raster, model: HeadModel, fit: HeadFit, vertices: Image, side: int) -> Image:
    """Rasterise where an eyeball is visible between its lids.

    Args:
        vertices: (V, 3) float32, head space.
        side: 0 = subject's left, 1 = right.

    Returns:
        (E, E) float32, 0 or 1.
    """
    rest = fit.to_rest(vertices)
    ball = ("eyeball_left", "eyeball_right")[side]
    is_eye = np.zeros((len(rest), 1), np.float32)
    is_eye[model.eyeball(side)] = 1
    behind = rest[:, 2] - EYE_CLEARANCE * is_eye[:, 0]  # as the engine draws it
    depth = (-1 / behind).astype(np.float32)
    drawn = raster.draw(
        extended_pixels(fit.to_picture(rest)), is_eye, model.part("face", ball), EXTENDED_PX, depth=depth
    )
    return (drawn[..., 0] > 0.5).astype(np.float32)
