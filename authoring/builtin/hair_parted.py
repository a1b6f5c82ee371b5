"""Long straight hair, parted in the middle, close to the head and gathered behind it, as on Noh masks."""

from __future__ import annotations

from typing import Final

import numpy as np

from authoring.builtin.locks import Shell, cap, lock
from authoring.builtin.surface import Surface

_SHELL: Final = Shell(half=(8.7, 11.2, 9.9), part=(0.0, 2.6), swell=0.35)
#: Tip angle from the front (share of pi), how far it falls, half width: one side of the parting.
_CURTAIN: Final = (
    (0.250, 1.44, 1.15),
    (0.262, 1.52, 1.35),
    (0.280, 1.60, 1.5),
    (0.305, 1.72, 1.6),
    (0.335, 1.84, 1.6),
    (0.370, 1.96, 1.6),
    (0.410, 2.05, 1.6),
)


def parted() -> tuple[list[Surface], list[Surface]]:
    """Build a dark cap and locks over it; two curtains beside the forehead."""
    rng = np.random.default_rng(5)
    return [cap(_SHELL, _hem), *_back(rng)], _curtains(rng)


def _hem(turn: float) -> float:
    front = np.cos(turn - np.pi / 2)  # 1 in front, 0 at the sides, -1 behind
    return float(
        np.interp(front, (-1, 0.0, 0.3, 0.5, 0.7, 0.9, 1), (2.30, 2.22, 1.75, 1.22, 0.84, 0.60, 0.54))
    )


def _back(rng: np.random.Generator) -> list[Surface]:
    locks = []
    for row, (count, start) in enumerate(((26, 0.24), (22, 0.06))):
        for i in range(count):
            turn = float(
                np.interp((i + 0.5 + rng.uniform(-0.2, 0.2)) / count, (0, 1), (0.20 * np.pi, -1.20 * np.pi))
            )
            hem = _hem(float(np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2))
            locks.append(
                lock(
                    _SHELL,
                    (turn, turn),
                    (start, hem + rng.uniform(-0.06, 0.06)),
                    wide=float(rng.uniform(1.3, 1.7)),
                    lift=(0.08 * row, 0.10 * row - 0.3),
                    tone=float(rng.uniform(0.2, 0.9)),
                )
            )
    return locks


def _curtains(rng: np.random.Generator) -> list[Surface]:
    locks = []
    for side in (-1.0, 1.0):
        for i, (away, fall, wide) in enumerate(_CURTAIN):
            root = (0.5 + side * (0.02 + 0.06 * i)) * np.pi
            for share, narrow, lift in ((0.0, 1.0, 0.25), (0.4, 0.45, 0.36)):
                tip = (0.5 + side * (away + 0.04 * share)) * np.pi
                locks.append(
                    lock(
                        _SHELL,
                        (root, tip),
                        (0.012 + 0.004 * i, fall + 0.06 * share),
                        wide=wide * narrow,
                        lift=(lift - 0.1, lift - 0.15 - 0.25 * (fall > 1.2)),
                        tone=float(rng.uniform(0.2, 0.9)),
                        bow=side * 0.05,
                    )
                )
    return locks
