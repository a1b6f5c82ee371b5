"""Fills holes in drawings with the nearest flat colour: no outlines, no mixed colours."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from authoring.portrait.fill import push_pull

LINE_PX: Final = 9  # side of the window in which colours must be even
FLAT, BUSY = 0.06, 0.12  # how much colours may differ across a flat place, and where it surely is none

Image = NDArray[np.float32]


def flatness(rgb: Image) -> Image:
    """Find the evenly coloured areas of a drawing.

    Args:
        rgb: (H, W, 3) float32 0..1.

    Returns:
        (H, W) float32: 1 where the surrounding pixels have one colour, 0 at lines and edges.
    """
    around = np.ones((LINE_PX, LINE_PX), np.uint8)
    difference = (cv2.dilate(rgb, around) - cv2.erode(rgb, around)).max(2)
    return np.asarray(np.clip((BUSY - difference) / (BUSY - FLAT), 0, 1), np.float32)


def flat_fill(image: Image, weight: Image, trust: Image) -> Image:
    """Fill where weight is 0 with the colour of the nearest trusted pixel.

    Args:
        image: (H, W, 3) float32.
        weight: (H, W) float32 0..1, share of each pixel's own colour that is kept.
        trust: (H, W) float32 0..1; a colour is copied elsewhere only where this is above one half.

    Returns:
        (H, W, 3) float32; the result of `push_pull` if no pixel is trusted.
    """
    sources = trust > 0.5
    if not sources.any():
        return push_pull(image, weight)
    _, labels = cv2.distanceTransformWithLabels(
        (~sources).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros((int(labels.max()) + 1, image.shape[2]), np.float32)
    by_label[labels[sources]] = image[sources]
    # Smooth the edge between two areas, which follows single pixels.
    filled = cv2.medianBlur((by_label[labels].clip(0, 1) * 255).astype(np.uint8), 31)
    nearest = cv2.GaussianBlur(filled.astype(np.float32) / 255, (0, 0), 1.2)
    return np.asarray(weight[..., None] * image + (1 - weight[..., None]) * nearest, np.float32)


def outline_ink(rgb: Image, face: Image) -> Image:
    """Measure the outline of a drawn face: the darkest colours along cheeks and jaw.

    Args:
        rgb: (E, E, 3) float32 sRGB 0..1.
        face: (E, E) float32, opacity of the face.

    Returns:
        (4,) float32 RGBA, straight alpha; alpha is 0 if the line is hardly darker than the skin.
    """
    shape = (face > 0.5).astype(np.uint8)
    reach = np.ones((25, 25), np.uint8)
    edge = cv2.dilate(shape, reach) - cv2.erode(shape, reach)
    rows = np.flatnonzero(shape.any(1))
    edge[: int(rows.mean())] = 0  # above it is hair
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
