"""beside: a video's picture beside the rendered one, to compare.

joined = beside(source.picture_at(0.4), pixels)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def beside(picture: NDArray[np.uint8], pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the clip's picture to the left of the rendered one, scaled to its height.

    Args:
        picture: (h, w, 3) uint8 RGB.
        pixels: (H, W, 4) uint8 RGBA.

    Returns:
        (H, w * H / h + W, 4) uint8 RGBA; the left part is opaque.
    """
    import cv2

    height = pixels.shape[0]
    width = max(round(picture.shape[1] * height / picture.shape[0]), 1)
    interpolation = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_LINEAR
    joined = np.full((height, width + pixels.shape[1], 4), 255, np.uint8)
    joined[:, :width, :3] = cv2.resize(picture, (width, height), interpolation=interpolation)
    joined[:, width:] = pixels
    return joined
