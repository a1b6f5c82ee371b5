"""Continues the fine detail of hair where a picture has none: mirrored at the edge of what is known, again and again."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_ROUNDS: Final = 5  # each may double how far the detail reaches
Image = NDArray[np.float32]


def mirrored_detail(image: Image, weight: Image, fine_px: float) -> Image:
    """What is to be added to a smooth continuation of an image for it to look like the known part.

    Args:
        image: (H, W, C) float32.
        weight: (H, W) float32 0..1, 1 where the image is known.
        fine_px: standard deviation of the blur that detail is told from shading by, pixels.

    Returns:
        (H, W, C) float32, 0 where the image is known, and where no detail reaches.
    """
    known = weight > 0.95
    weight = known.astype(np.float32)
    smooth = cv2.GaussianBlur(image * weight[..., None], (0, 0), fine_px)
    detail = (
        image - smooth / np.maximum(cv2.GaussianBlur(weight, (0, 0), fine_px), 1e-3)[..., None]
    ) * weight[..., None]
    found = np.zeros(image.shape, np.float32)
    rows, columns = np.indices(known.shape, dtype=np.float32)
    for _ in range(_ROUNDS):
        if not known.any() or known.all():
            break
        _, labels = cv2.distanceTransformWithLabels(
            (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        edge = np.zeros((labels.max() + 1, 2), np.float32)
        edge[labels[known]] = np.argwhere(known)
        nearest = edge[labels]
        across = (2 * nearest[..., 1] - columns, 2 * nearest[..., 0] - rows)
        there = cv2.remap(known.astype(np.uint8), *across, cv2.INTER_NEAREST, borderValue=0) > 0
        new = there & ~known
        found[new] = cv2.remap(detail, *across, cv2.INTER_NEAREST)[new]
        detail[new] = found[new]
        known |= new
    return found
