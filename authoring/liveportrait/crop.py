"""The square of a picture that LivePortrait sees: the face below the forehead, 2.3 times as large, a little higher.

square = face_square(landmarks)                 # centre x, y and side, picture heights from the centre, y down
small = cut_square(picture, 1.0, square, 256)   # (256, 256, 3)

Source: KwaiVGI/LivePortrait, src/config/crop_config.py (2.3, -0.125).
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SCALE: Final = 2.3
RAISED: Final = 0.125
#: The landmarker's points along the upper rims of the brows: what lies above them is forehead.
_BROWS: Final = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)


def face_square(landmarks: Floats) -> Floats:
    """Centre x, y and side (3,) float32 of the square.

    Args:
        landmarks: (478, 2) picture heights from the centre, y down.
    """
    below = landmarks[landmarks[:, 1] >= landmarks[list(_BROWS), 1].min()]
    low, high = below.min(0), below.max(0)
    side = SCALE * float((high - low).max())
    centre = (low + high) / 2
    return np.array([centre[0], centre[1] - RAISED * side, side], np.float32)


def cut_square(picture: NDArray[np.uint8], heights: float, square: Floats, size: int) -> NDArray[np.uint8]:
    """The square as (size, size, 3) uint8; beyond the picture its border goes on.

    Args:
        picture: (S, S, 3) uint8 about the same centre.
        heights: its side in picture heights: 1 for a frame, more for a picture with a margin.
    """
    px = len(picture) / heights  # pixels in one picture height
    left, top = (float(square[axis] - square[2] / 2) * px + len(picture) / 2 for axis in (0, 1))
    side = float(square[2]) * px
    # pixels are areas: the first pixel of the crop covers the square's first part of `size`
    step = side / size
    matrix = np.array([[step, 0, left + step / 2 - 0.5], [0, step, top + step / 2 - 0.5]], np.float32)
    if step > 1.5:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.35 * step)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(picture, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def eye_openness(landmarks: Floats) -> tuple[float, float]:
    """Height over width of the subject's left and right eye."""
    return _ratio(landmarks, 386, 374, 263, 362), _ratio(landmarks, 159, 145, 33, 133)


def lip_openness(landmarks: Floats) -> float:
    """Distance of the lips' inner edges over the mouth's width."""
    return _ratio(landmarks, 13, 14, 61, 291)


def _ratio(points: Floats, upper: int, lower: int, first: int, second: int) -> float:
    height = float(np.linalg.norm(points[upper] - points[lower]))
    return height / max(float(np.linalg.norm(points[first] - points[second])), 1e-6)
