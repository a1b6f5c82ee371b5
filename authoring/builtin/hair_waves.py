"""A woman's long wavy hair, parted at the side, full beside the cheeks, down to the shoulders."""

from __future__ import annotations

from typing import Final

import numpy as np

from authoring.builtin.locks import Shell, cap, lock
from authoring.builtin.surface import Surface

_SHELL: Final = Shell(half=(9.0, 11.6, 9.9), part=(2.0, 2.8), swell=0.9)
#: How far the parting lies aside, share of pi.
_ASIDE: Final = 0.08
#: Tip angle from the front (share of pi), how far it falls, half width: one side of the parting.
_CURTAIN: Final = (
    (0.275, 1.42, 1.10),
    (0.285, 1.60, 1.30),
    (0.300, 1.78, 1.45),
    (0.325, 1.92, 1.55),
    (0.355, 2.02, 1.60),
    (0.390, 2.08, 1.60),
    (0.430, 2.10, 1.60),
)


def waves() -> tuple[list[Surface], list[Surface]]:
    """Build a dark cap and wavy locks over it; two curtains that leave the forehead free."""
    rng = np.random.default_rng(11)
    return [cap(_SHELL, _hem), *_back(rng)], _curtains(rng)


def _hem(turn: float) -> float:
    front = np.cos(turn - np.pi / 2)  # 1 in front, 0 at the sides, -1 behind
    return float(
        np.interp(front, (-1, 0.0, 0.3, 0.5, 0.7, 0.9, 1), (2.10, 2.05, 1.75, 1.22, 0.84, 0.62, 0.56))
    )


def _back(rng: np.random.Generator) -> list[Surface]:
    locks = []
    for row, (count, start) in enumerate(((26, 0.24), (24, 0.06))):
        for i in range(count):
            turn = float(
                np.interp((i + 0.5 + rng.uniform(-0.3, 0.3)) / count, (0, 1), (0.20 * np.pi, -1.20 * np.pi))
            )
            hem = _hem(float(np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2))
            locks.append(
                lock(
                    _SHELL,
                    (turn, turn + rng.uniform(-0.06, 0.06)),
                    (start, hem + rng.uniform(-0.14, 0.08)),
                    wide=float(rng.uniform(1.2, 1.7)),
                    lift=(0.10 * row, 0.25 * row + rng.uniform(-0.3, 0.4)),
                    tone=float(rng.uniform(0.15, 1.0)),
                    wave=float(rng.uniform(0.10, 0.16)) * float(np.sign(np.cos(turn))),
                )
            )
    return locks


def _curtains(rng: np.random.Generator) -> list[Surface]:
    locks = []
    for side in (-1.0, 1.0):
        for i, (away, fall, wide) in enumerate(_CURTAIN):
            root = (0.5 + _ASIDE + side * (0.02 + 0.06 * i)) * np.pi
            for share, narrow, lift in ((0.0, 1.0, 0.30), (0.35, 0.55, 0.48), (0.8, 0.40, 0.56)):
                tip = (0.5 + side * (away + 0.05 * share)) * np.pi
                locks.append(
                    lock(
                        _SHELL,
                        (root, tip),
                        (0.012 + 0.004 * i, fall + rng.uniform(-0.10, 0.06)),
                        wide=wide * narrow,
                        lift=(lift - 0.1, lift + rng.uniform(-0.1, 0.5)),
                        tone=float(rng.uniform(0.25, 1.0)),
                        bow=side * float(rng.uniform(0.05, 0.11)),
                        wave=side
                        * float(rng.uniform(0.11, 0.16)),  # all to one side, or they would not be seen
                    )
                )
    return locks
