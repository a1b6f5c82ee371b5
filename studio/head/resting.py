"""Resting shapes: a correction for each identity at rest that opens sleepy eyes and shuts parted lips.

The correction is part of the geometry, not of the expression labels.

resting = resting_shapes(vertices, landmarks)      # (52,) ARKit coefficients
"""

from __future__ import annotations

from typing import Final

import numpy as np

from protocol.blendshapes import INDEX
from studio.arrays import Floats, Ints

#: Shapes that open the left and the right eye.
WIDE: Final = [INDEX["eyeWideLeft"], INDEX["eyeWideRight"]]
_PARTED: Final = [
    INDEX[name]
    for name in ("mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight")
]
#: Landmarks of the left and the right eye: the corners, and pairs (upper lid, lower lid).
_EYES: Final = (((42, 45), ((43, 47), (44, 46))), ((36, 39), ((37, 41), (38, 40))))
#: Pairs of landmarks (upper lip, lower lip) on the inner borders of the lips.
_LIPS: Final = ((61, 67), (62, 66), (63, 65))
#: Eyes whose opening is a smaller share of their width look sleepy; and the share of the difference to correct.
_AWAKE, _SHARE = 0.37, 0.55
#: How far the shapes at 1 open an eye, and how far the four shapes of the lips open the mouth: head-model units.
_WIDENS, _PARTS = 0.26, 1.3


def resting_shapes(vertices: Floats, landmarks: Ints) -> Floats:
    """The correction for a head at rest.

    Args:
        vertices: (V, 3) of the identity. landmarks: (68,) vertices of the Multi-PIE landmarks.

    Returns:
        (52,) float32 ARKit coefficients; those of the lips are 0 or negative.
    """
    places = vertices[landmarks]
    shapes = np.zeros(len(INDEX), np.float32)
    for shape, (corners, lids) in zip(WIDE, _EYES, strict=True):
        width = np.linalg.norm(places[corners[0]] - places[corners[1]])
        opening = np.mean([places[above, 1] - places[below, 1] for above, below in lids])
        shapes[shape] = np.clip(_SHARE * (_AWAKE * width - opening) / _WIDENS, 0.0, 0.8)
    gap = max(float(places[above, 1] - places[below, 1]) for above, below in _LIPS)
    shapes[_PARTED] = -np.clip(gap / _PARTS, 0.0, 0.3)
    return shapes
