"""Finds what covers the eyes or the mouth in a portrait: dark or mirrored glasses, a mask, a scarf.

for line in occluders(rgb, landmarks): print(line)

The landmarker reports eyes and lips even where they cannot be seen, so the pixels are asked: an eye has white and iris
beside one another, and lips differ in colour from the skin around them. All colours are CIE L*a*b*, where a distance of
2 is just seen. Figures were measured on portraits, paintings, drawings and studio faces with and without covers:

| | seen | covered |
|---|---|---|
| lightness range inside the lids, of the eye with more | 42 to 83 | 0 to 14 |
| most distant point of the lips from the skin around them | 14 to 67 | 0.3 to 4 |
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from face.landmarks import LID_EDGES

GLASSES: Final = (
    "something dark or plain covers the eyes, such as sunglasses: the avatar will have it painted on its lids and eyes, "
    "and will neither look nor blink; use a portrait that shows the eyes"
)
MASK: Final = (
    "something covers the mouth, such as a mask: the avatar will have it painted on its lips and chin, and it will "
    "stretch and tear when it speaks; use a portrait that shows the mouth"
)

#: Landmarks of bare skin above the mouth: forehead, and cheeks below the eyes.
_SKIN: Final = (151, 108, 337, 9, 50, 280, 117, 346, 118, 347)
#: Around the mouth: upper lip's skin, chin, the cheeks beside it.
_AROUND_MOUTH: Final = (167, 393, 164, 200, 199, 208, 428, 202, 422, 212, 432, 214, 434)
_LIPS: Final = (0, 37, 267, 17, 84, 314, 13, 14, 82, 312, 87, 317, 11, 16, 72, 302, 85, 315)

_EYE_RANGE: Final = 20.0  # smaller lightness ranges inside the lids are no eyes,
_LENS_DISTANCE: Final = 25.0  # if their colour is so far from the skin's: closed lids are skin
_LENS_LIGHTNESS: Final = 0.4  # skin beside both eyes that is darker than this share of the cheeks' is a lens
_LIP_DISTANCE: Final = (
    7.0  # where no point of the lips is so far from the skin around them, they are not seen;
)
_PLAIN_LIPS: Final = 10.0  # or three quarters of them are nearer than this,
_CLOTH_DISTANCE: Final = 18.0  # and all around is as far as this from the skin above


def occluders(rgb: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> list[str]:
    """What covers the face, a line each that says what comes of it and what to do.

    Args:
        rgb: (H, W, 3) uint8 sRGB.
        landmarks: (478, 2) pixels, x right, y down.
    """
    tall = float(np.ptp(landmarks[:, 1]))
    smooth = cv2.GaussianBlur(rgb.astype(np.float32) / 255, (0, 0), max(tall / 300, 0.5))
    lab = np.asarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB), np.float32)
    skin = np.median(_colours(lab, landmarks[list(_SKIN)], tall / 50), axis=0)
    found = []
    if _eyes_are_covered(lab, landmarks, skin):
        found.append(GLASSES)
    if _mouth_is_covered(lab, landmarks, skin, tall):
        found.append(MASK)
    return found


def _eyes_are_covered(
    lab: NDArray[np.float32], landmarks: NDArray[np.float32], skin: NDArray[np.float32]
) -> bool:
    """Whether both eyes lack an eye's contrast, or are framed in something much darker than skin."""
    ranges, distances, shares = [], [], []
    for edge in LID_EDGES:
        points = landmarks[list(edge)]
        middle = points.mean(axis=0)
        inside = _within(lab, points)
        if not len(inside):
            return False
        low, high = np.percentile(inside[:, 0], (5, 95))
        ranges.append(high - low)
        distances.append(np.linalg.norm(np.median(inside, axis=0) - skin))
        reach = float(np.ptp(points[:, 0])) * 0.25
        below = points[points[:, 1] > middle[1]] + np.array((0, reach), np.float32)  # under the lower lid
        ring = np.median(_colours(lab, below, reach / 4), axis=0)
        shares.append(ring[0] / max(skin[0], 1.0))
    is_plain = max(ranges) < _EYE_RANGE and min(distances) > _LENS_DISTANCE
    return bool(is_plain or max(shares) < _LENS_LIGHTNESS)


def _mouth_is_covered(
    lab: NDArray[np.float32], landmarks: NDArray[np.float32], skin: NDArray[np.float32], tall: float
) -> bool:
    """Whether the lips cannot be told from what is around them."""
    around = _colours(lab, landmarks[list(_AROUND_MOUTH)], tall / 50)
    plain = np.median(around, axis=0)
    lips = np.linalg.norm(_colours(lab, landmarks[list(_LIPS)], tall / 100) - plain, axis=1)
    cloth = np.percentile(np.linalg.norm(around - skin, axis=1), 15)
    is_cloth = np.percentile(lips, 75) < _PLAIN_LIPS and cloth > _CLOTH_DISTANCE
    return bool(lips.max() < _LIP_DISTANCE or is_cloth)


def _colours(lab: NDArray[np.float32], points: NDArray[np.float32], reach: float) -> NDArray[np.float32]:
    """Median colours (N, 3) of squares around points (N, 2), within the picture."""
    height, width = lab.shape[:2]
    found = []
    for x, y in points:
        left, right = (int(np.clip(value, 0, width - 1)) for value in (x - reach, x + reach))
        top, bottom = (int(np.clip(value, 0, height - 1)) for value in (y - reach, y + reach))
        found.append(np.median(lab[top : bottom + 1, left : right + 1].reshape(-1, 3), axis=0))
    return np.asarray(found, np.float32)


def _within(lab: NDArray[np.float32], outline: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours (N, 3) of the pixels inside a polygon (P, 2)."""
    mask = cv2.fillPoly(np.zeros(lab.shape[:2], np.uint8), [np.round(outline).astype(np.int32)], 1)
    return np.asarray(lab[mask > 0], np.float32)
