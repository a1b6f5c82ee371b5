"""Fills holes in pictures smoothly by push-pull pyramids; the time does not depend on the size of the holes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def push_pull(image: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill pixels of weight 0 from their surroundings.

    Args:
        image: (H, W, C) float32, any range.
        weight: (H, W) float32 0..1, confidence in each pixel.

    Returns:
        (H, W, C) float32: the image where weight is 1, its pyramid's colours where it is 0.

    Source: Gortler et al., The Lumigraph (1996), section 3.4.
    """
    height, width = weight.shape
    if min(height, width) <= 2 or weight.min() >= 0.999:
        total = max(float(weight.sum()), 1e-6)
        mean = (image * weight[..., None]).sum((0, 1)) / total
        return np.asarray(weight[..., None] * image + (1 - weight[..., None]) * mean, np.float32)
    half = ((width + 1) // 2, (height + 1) // 2)
    # Push: weighted averages; a coarse pixel has full weight when a quarter of it is known.
    coarse_weight = cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
    weighted = cv2.resize(image * weight[..., None], half, interpolation=cv2.INTER_AREA)
    weighted = weighted.reshape(half[1], half[0], -1)
    coarse = weighted / np.maximum(coarse_weight, 1e-6)[..., None]
    filled = push_pull(coarse.astype(np.float32), np.minimum(coarse_weight * 4.0, 1.0).astype(np.float32))
    # Pull: take unknown pixels from the coarser level.
    fine = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR).reshape(image.shape)
    return np.asarray(weight[..., None] * image + (1 - weight[..., None]) * fine, np.float32)
