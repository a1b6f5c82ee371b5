"""Direction and length of a haircut's hairs, by their position on the scalp.

flow_of(cut, roots)         # (L, 3)
"""

from __future__ import annotations

from typing import Final

import numpy as np

from studio.arrays import Reals
from studio.hair.hair_surfaces import unit
from studio.hair.haircuts import Haircut
from studio.skin.regions import CROWN_AXIS

_CROWN: Final = np.array([0.0, 13.6, -3.2])


def length_of(cut: Haircut, roots: Reals) -> Reals:
    """Length (L,) of the hairs with roots (L, 3), head-model units."""
    angle = np.abs(np.arctan2(roots[:, 0] - CROWN_AXIS[0], roots[:, 2] - CROWN_AXIS[1]))
    front, top, side, back = cut.length
    around = np.interp(angle, (0.3, 1.2, 1.9, 2.7), (front, side, side, back))
    high = np.clip((roots[:, 1] - 7.5) / 4.5, 0, 1)
    return np.asarray(around * (1 - high) + (front * (angle < 0.8) + top * (angle >= 0.8)) * high)


def tie_of(cut: Haircut, roots: Reals) -> Reals:
    """Position (L, 3) of the tie that each root (L, 3) is combed to: with braids, the one on its side."""
    tie = np.array(cut.tie) * np.ones((len(roots), 1))
    if cut.tail == "braids":
        tie[:, 0] *= np.where(roots[:, 0] >= 0, 1, -1)
    return np.asarray(tie)


def flow_of(cut: Haircut, roots: Reals) -> Reals:
    """Unit directions (L, 3) in which hair leaves its roots (L, 3)."""
    x, y, z = roots[:, 0] - cut.part, roots[:, 1], roots[:, 2]
    zero, one = np.zeros(len(roots)), np.ones(len(roots))
    if cut.flow == "tie":
        flow = tie_of(cut, roots) - roots
    elif cut.flow == "part":
        side = np.clip(x / 1.6, -1, 1)
        side = np.where(np.abs(side) < 0.25, np.sign(x + 1e-6) * 0.25, side)
        behind = np.clip((-z - 2.5) / 3.5, 0, 1)
        flow = np.stack([side * (1 - 0.75 * behind), -0.25 * one - 0.5 * behind, 0.12 - 0.9 * behind], 1)
        if 0 < cut.length[2] < 5:  # short sides are combed back
            low = np.clip((8.5 - y) / 2.0, 0, 1)[:, None]
            flow = flow * (1 - low) + np.array([0.0, -0.7, -0.7]) * low
    elif cut.flow == "side":
        flow = np.stack([one, 0.1 * one, 0.25 * one], 1)
    elif cut.flow == "back":
        low = np.clip((7.5 - y) / 4.0, 0, 1)
        flow = np.stack([0.12 * np.sign(roots[:, 0]), 0.12 * one - 0.7 * low, -one], 1)
    elif cut.flow == "forward":
        low = np.clip((8.0 - y) / 2.5, 0, 1)
        flow = np.stack([0.15 * roots[:, 0] / 5, -0.1 - 0.9 * low, 1.0 - 0.8 * low], 1)
    elif cut.flow == "up":
        spread = float(cut.crest == 0)
        flow = np.stack([0.1 * roots[:, 0] * spread, one, 0.18 * z * spread], 1)
    elif cut.flow == "out":
        flow = roots - np.array([0.0, 5.0, -1.5])
    else:
        flow = roots - _CROWN + np.stack([zero + cut.part, zero, zero], 1)
    return unit(flow)
