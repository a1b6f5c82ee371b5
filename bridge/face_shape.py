"""Face shape: the landmarks of a face without where and how it is held, and without how large it is.

shape = face_shape(found)        # (3 K,) of the K POINTS, in distances of the outer corners of the eyes
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.landmarker import FaceObservation

#: MediaPipe's landmarks that move with expressions: lips, lids, brows, irises, jaw line, nose, cheeks.
POINTS: Final = np.array([
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 146, 91, 181, 84, 17, 314, 405, 321, 375,
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 95, 88, 178, 87, 14, 317, 402, 318, 324,
    33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7,
    263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249,
    70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285,
    468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 377, 400, 378, 379, 365, 397, 288, 361,
    168, 6, 197, 195, 5, 4, 1, 2, 98, 327, 129, 358, 64, 294, 219, 439, 115, 344, 48, 278,
    50, 280, 205, 425, 187, 411, 207, 427, 203, 423, 36, 266, 101, 330, 117, 346, 206, 426, 216, 436, 200, 199, 18,
    9, 151, 10, 109, 338, 67, 297,
])  # fmt: skip
#: The corners of both eyes and the bridge of the nose: what hardly moves. The first two are the outer corners.
_STEADY: Final = np.array([33, 263, 133, 362, 168])
#: Pictures count y downwards and depth away from the camera; the head's axes are the other way round.
_UPRIGHT: Final = np.array([1.0, -1.0, -1.0], np.float32)


def face_shape(found: FaceObservation) -> NDArray[np.float32]:
    """Where the points lie in the head's own axes, counted from the eyes' middle; NaN for what is no face.

    Source: MediaPipe's landmarks are in perspective, its depth about in the unit of x; over the depth of a face that
    is treated as if it were a parallel view.
    """
    axes = found.transform[:3, :3]
    axes = axes / np.sqrt(np.einsum("ij,ij->j", axes, axes))
    steady = found.landmarks[_STEADY] * _UPRIGHT
    across = steady[0] - steady[1]
    size = np.sqrt(across @ across)
    if not (np.isfinite(size) and size > 1e-3):
        return np.full(3 * len(POINTS), np.nan, np.float32)
    placed = (found.landmarks[POINTS] * _UPRIGHT - steady.mean(axis=0)) @ (axes / size)
    return np.asarray(placed.reshape(-1), np.float32)
