"""Resting: what an identity's face needs to look awake and to keep its mouth shut; no label counts it.

resting = resting_shapes(vertices, landmarks)      # (52,)
"""

from __future__ import annotations

from typing import Final

import numpy as np

from protocol.blendshapes import INDEX
from studio.arrays import Floats, Ints

#: What opens the left and the right eye.
WIDE: Final = [INDEX["eyeWideLeft"], INDEX["eyeWideRight"]]
_PARTED: Final = [
    INDEX[name]
    for name in ("mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight")
]
#: Landmarks of an eye's corners, and above and below each other on its lids: left, right.
_EYES: Final = (((42, 45), ((43, 47), (44, 46))), ((36, 39), ((37, 41), (38, 40))))
#: Of the lips' inner borders, above each other.
_LIPS: Final = ((61, 67), (62, 66), (63, 65))
#: Eyes less open than this share of their width look sleepy; so much of what is missing is made up for.
_AWAKE, _SHARE = 0.37, 0.55
#: How far the shapes at 1 open a mean eye and, all four, the mouth: head-model units.
_WIDENS, _PARTS = 0.26, 1.3


def resting_shapes(vertices: Floats, landmarks: Ints) -> Floats:
    """Coefficients (52,), below 0 too, of the rest of a head with vertices (V, 3) and landmarks (68,) among them."""
    places = vertices[landmarks]
    shapes = np.zeros(len(INDEX), np.float32)
    for shape, (corners, lids) in zip(WIDE, _EYES, strict=True):
        width = np.linalg.norm(places[corners[0]] - places[corners[1]])
        opening = np.mean([places[above, 1] - places[below, 1] for above, below in lids])
        shapes[shape] = np.clip(_SHARE * (_AWAKE * width - opening) / _WIDENS, 0.0, 0.8)
    gap = max(float(places[above, 1] - places[below, 1]) for above, below in _LIPS)
    shapes[_PARTED] = -np.clip(gap / _PARTS, 0.0, 0.3)
    return shapes
