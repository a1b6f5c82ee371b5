"""The face's outline as a mask: the plane that tells the parsing network which person is meant.

mask = face_outline(landmarks, 256)      # (256, 256) float32, 1 inside
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def face_outline(landmarks: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """The convex hull of a face's landmarks.

    Args:
        landmarks: (K, 2) pixels; (0, 0) is the corner of the first pixel.
        size: side of the mask, pixels.

    Returns:
        (size, size) float32, 1 inside, 0 outside, between them along the edge.
    """
    import cv2

    hull = cv2.convexHull(np.asarray(landmarks, np.float32).reshape(-1, 1, 2))
    mask = np.zeros((size, size), np.uint8)
    # a shift of 4 bits gives sixteenths of a pixel; OpenCV's (0, 0) is the centre of the first pixel
    cv2.fillPoly(mask, [np.round((hull - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    return mask.astype(np.float32) / np.float32(255)
