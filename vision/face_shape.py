"""Face shape: the landmarks of a face, normalised for head pose and size.

shape = face_shape(found)        # (3 K,) of the K POINTS, in distances of the outer corners of the eyes
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.landmarker import FaceObservation

#: MediaPipe's landmarks that move with expressions: lips, lids, brows, irises, jaw line, nose, cheeks. First those on
#: the middle line, then those on the subject's right, then their mirror images on the left.
_MIDDLE: Final = (
    0, 17, 13, 14, 152, 168, 6, 197, 195, 5, 4, 1, 2, 200, 199, 18, 9, 151, 10,
)  # fmt: skip
_RIGHT: Final = (
    61, 185, 40, 39, 37, 146, 91, 181, 84, 78, 191, 80, 81, 82, 95, 88, 178, 87, 33, 246, 161, 160,
    159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 70, 63, 105, 66, 107, 46, 53, 52, 65, 55,
    468, 469, 470, 471, 472, 148, 176, 149, 150, 136, 172, 58, 132, 98, 129, 64, 219, 115, 48, 50, 205,
    187, 207, 203, 36, 101, 117, 206, 216, 109, 67,
)  # fmt: skip
_LEFT: Final = (
    291, 409, 270, 269, 267, 375, 321, 405, 314, 308, 415, 310, 311, 312, 324, 318, 402, 317, 263, 466,
    388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249, 300, 293, 334, 296, 336, 276,
    283, 282, 295, 285, 473, 476, 475, 474, 477, 377, 400, 378, 379, 365, 397, 288, 361, 327, 358, 294,
    439, 344, 278, 280, 425, 411, 427, 423, 266, 330, 346, 426, 436, 338, 297,
)  # fmt: skip
POINTS: Final = np.array([*_MIDDLE, *_RIGHT, *_LEFT])
#: (K,) index in POINTS of each point's mirror image.
OTHER_POINT: Final = np.concatenate([
    np.arange(len(_MIDDLE)),
    np.arange(len(_RIGHT)) + len(_MIDDLE) + len(_RIGHT),
    np.arange(len(_LEFT)) + len(_MIDDLE),
])  # fmt: skip
#: Landmarks that hardly move: the corners of both eyes and the bridge of the nose. The first two are the outer corners.
_STEADY: Final = np.array([33, 263, 133, 362, 168])
#: Signs from picture axes (y down, depth away from the camera) to head axes (y up, +Z towards the camera).
_UPRIGHT: Final = np.array([1.0, -1.0, -1.0], np.float32)


def face_shape(found: FaceObservation) -> NDArray[np.float32]:
    """Coordinates of POINTS in the head's own axes, from the mean of the eye corners and the nose bridge.

    MediaPipe's landmarks are in perspective, with depth about in the unit of x. Over the depth of a face the view is
    treated as parallel.

    Args:
        found: a face with finite landmarks; its transform gives the head's axes.

    Returns:
        (3 K,) float32 x, y, z of each point, in distances between the outer corners of the eyes; NaN when that
        distance is not finite or below 0.001 pixels.
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
