"""Continues the fine detail of hair or skin where a picture has none: mirrored at the edge of what is known, and again."""

from __future__ import annotations

from math import inf
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from face.easing import smoothstep

_ROUNDS: Final = 5  # each may double how far the detail reaches
_SMOOTHED_PX: Final = 6.0  # standard deviation of the blur of the way to the edge, pixels
Image = NDArray[np.float32]


def mirrored_detail(image: Image, weight: Image, fine_px: float, *, reach_px: float = inf) -> Image:
    """What is to be added to a smooth continuation of an image for it to look like the known part.

    Args:
        image: (H, W, C) float32.
        weight: (H, W) float32 0..1, 1 where the image is known.
        fine_px: standard deviation of the blur that detail is told from shading by, pixels.
        reach_px: distance at which the detail is weak: what is mirrored again and again looks like the grain of wood.
            Grain of skin has no direction, and may go on.

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
    far = np.minimum(cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 5), sum(known.shape))
    rows, columns = np.indices(known.shape, dtype=np.float32)
    for _ in range(_ROUNDS):
        if not known.any() or known.all():
            break
        _, labels = cv2.distanceTransformWithLabels(
            (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        edge = np.zeros((labels.max() + 1, 2), np.float32)
        edge[labels[known]] = np.argwhere(known)
        away = _without_cracks(edge[labels] - np.stack([rows, columns], -1), known)
        across = (columns + 2 * away[..., 1], rows + 2 * away[..., 0])
        there = cv2.remap(known.astype(np.uint8), *across, cv2.INTER_NEAREST, borderValue=0) > 0
        new = there & ~known
        found[new] = cv2.remap(detail, *across, cv2.INTER_NEAREST)[new]
        detail[new] = found[new]
        known |= new
    weaker = np.exp(-((far / reach_px) ** 2))[..., None]
    return np.asarray(found * weaker, np.float32)


def _without_cracks(away: Image, known: NDArray[np.bool_]) -> Image:
    """Smooth the way to the nearest known pixel (H, W, 2), the more the longer it is.

    The edge of what is known is ragged: neighbours far from it have nearest pixels in different teeth of it, and what is
    mirrored there would be cut into zigzags.
    """
    unknown = (~known).astype(np.float32)
    share = np.maximum(cv2.GaussianBlur(unknown, (0, 0), _SMOOTHED_PX), 1e-3)
    smooth = cv2.GaussianBlur(away * unknown[..., None], (0, 0), _SMOOTHED_PX) / share[..., None]
    far = smoothstep(1.5 * _SMOOTHED_PX, 3 * _SMOOTHED_PX, np.linalg.norm(away, axis=2))
    return np.asarray(away + far[..., None] * (smooth - away), np.float32)
