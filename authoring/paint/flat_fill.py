"""Filling holes in drawings: the nearest flat colour as it is, never an outline's, never a mixture."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.fill import push_pull

LINE_PX: Final = 9  # no colour this near to an outline is taken
FLAT, BUSY = 0.06, 0.12  # how much colours may differ across a flat place, and where it surely is none

Image = NDArray[np.float32]


def flatness(rgb: Image) -> Image:
    """(H, W) 1 where a drawing (H, W, 3) is evenly coloured all around, 0 at its lines and edges."""
    around = np.ones((LINE_PX, LINE_PX), np.uint8)
    difference = (cv2.dilate(rgb, around) - cv2.erode(rgb, around)).max(2)
    return np.asarray(np.clip((BUSY - difference) / (BUSY - FLAT), 0, 1), np.float32)


def flat_fill(image: Image, weight: Image, trust: Image) -> Image:
    """Fill where weight is 0 with the colour of the nearest trusted pixel.

    Args:
        image: (H, W, 3) float32.
        weight: (H, W) float32 0..1, how far each pixel stays as it is.
        trust: (H, W) float32 0..1; above one half its colour may be used elsewhere.

    Returns:
        (H, W, 3) float32; as `push_pull` would where nothing is trusted.
    """
    sources = trust > 0.5
    if not sources.any():
        return push_pull(image, weight)
    _, labels = cv2.distanceTransformWithLabels(
        (~sources).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros((int(labels.max()) + 1, image.shape[2]), np.float32)
    by_label[labels[sources]] = image[sources]
    # Two areas meet in a clean edge as a drawn one is, not in the zigzag of single pixels.
    filled = cv2.medianBlur((by_label[labels].clip(0, 1) * 255).astype(np.uint8), 31)
    nearest = cv2.GaussianBlur(filled.astype(np.float32) / 255, (0, 0), 1.2)
    return np.asarray(weight[..., None] * image + (1 - weight[..., None]) * nearest, np.float32)


def outline_ink(rgb: Image, face: Image) -> Image:
    """(4,) straight RGBA of the line around a drawn face (E, E): 0 if the drawing has none.

    A line is what is darker than the face and than what lies beside it, along most of the cheeks and the jaw.
    """
    shape = (face > 0.5).astype(np.uint8)
    reach = np.ones((25, 25), np.uint8)
    edge = cv2.dilate(shape, reach) - cv2.erode(shape, reach)
    rows = np.flatnonzero(shape.any(1))
    edge[: int(rows.mean())] = 0  # above lies hair
    luma = rgb.mean(2)
    places = np.argwhere(cv2.morphologyEx(shape, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) * edge)[::4]
    skin = np.median(rgb[face > 0.9], axis=0)
    inks = []
    for y, x in places:
        near = (slice(max(y - 12, 0), y + 13), slice(max(x - 12, 0), x + 13))
        inks.append(rgb[near].reshape(-1, 3)[luma[near].argmin()])
    if not inks:
        return np.zeros(4, np.float32)
    usual = np.median(inks, axis=0)
    strength = np.clip((skin.mean() - usual.mean() - 0.1) / 0.2, 0, 1) * 0.85
    return np.array([*usual, strength], np.float32)
