"""Ambient occlusion of a head: nostrils, the gap between the lips, and the throat get little light."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.paint.raster import Raster
from face.head_model import HeadModel

DIRECTIONS: Final = 24  # of light
SIZE: Final = 384  # pixels of each depth picture
TOLERANCE: Final = 0.2  # of the depth comparison, model units

Floats = NDArray[np.float32]


def ambient_visibility(raster: Raster, model: HeadModel, vertices: Floats) -> Floats:
    """Share of the directions in front of the head from which each face vertex is visible.

    Args:
        vertices: (V, 3) float32, head space.

    Returns:
        (V,) float32, 0 = dark, 1 = fully lit.
    """
    triangles = model.triangles["face"]
    middle = vertices[np.unique(triangles)].mean(0)
    seen = np.zeros(len(vertices), np.float32)
    for i in range(DIRECTIONS):
        # Golden-angle spiral over the half sphere.
        height = 1 - (i + 0.5) / DIRECTIONS * 0.9
        around = i * 2.39996
        across = np.sqrt(1 - height * height)
        toward = np.array([across * np.cos(around), across * np.sin(around), height])
        right = np.cross([0, 1, 0], toward)
        right /= np.linalg.norm(right)
        axes = np.stack([right, np.cross(toward, right), toward])
        turned = (vertices - middle) @ axes.T
        points = turned[:, :2] * (1, -1) * (SIZE / 26) + SIZE / 2
        depth = turned[:, 2:3].astype(np.float32)
        drawn = raster.draw(points.astype(np.float32), depth, triangles, SIZE, depth=depth[:, 0])
        at = np.clip(points, 0, SIZE - 1).astype(np.int32)
        front = drawn[at[:, 1], at[:, 0], 0]
        seen += turned[:, 2] > front - TOLERANCE
    return np.asarray(seen / DIRECTIONS, np.float32)
