"""A man's wavy hair of middle length, swept back from the forehead."""

from __future__ import annotations

from typing import Final

import numpy as np

from authoring.builtin.locks import Shell, cap, lock
from authoring.builtin.surface import Surface

_SHELL: Final = Shell(half=(8.6, 11.4, 9.7), part=(2.4, 3.0), swell=0.3)


def swept() -> tuple[list[Surface], list[Surface]]:
    """Build a dark cap and locks over it; locks that rise from the hairline and fall to the sides."""
    rng = np.random.default_rng(3)
    return [cap(_SHELL, _hem), *_back(rng)], _top(rng)


def _hem(turn: float) -> float:
    front = np.cos(turn - np.pi / 2)  # 1 in front, 0 at the sides, -1 behind
    # It leaves the ears free, and is longer behind them.
    return float(
        np.interp(front, (-1, -0.55, -0.3, 0.3, 0.45, 0.75, 1), (1.46, 1.46, 1.12, 1.12, 0.94, 0.68, 0.60))
    )


def _back(rng: np.random.Generator) -> list[Surface]:
    locks = []
    for row, (count, start, shorter) in enumerate(((26, 0.28, 0.0), (24, 0.14, 0.12), (20, 0.04, 0.28))):
        for i in range(count):
            turn = float(
                np.interp((i + 0.5 + rng.uniform(-0.3, 0.3)) / count, (0, 1), (0.33 * np.pi, -1.33 * np.pi))
            )
            hem = _hem(float(np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2))
            side = float(np.sign(np.cos(turn)))
            locks.append(
                lock(
                    _SHELL,
                    (turn + 0.10 * side, turn - 0.12 * side * rng.uniform(0.2, 1)),
                    (start, max(hem - shorter * rng.uniform(0.6, 1) + rng.uniform(-0.05, 0.05), start + 0.3)),
                    wide=float(rng.uniform(1.15, 1.6)),
                    lift=(0.15 * row, 0.2 * row + rng.uniform(-0.9, -0.2)),
                    tone=float(rng.uniform(0.15, 1)),
                    bow=float(rng.uniform(-0.08, 0.08)),
                    wave=float(rng.uniform(-0.06, 0.06)),
                )
            )
    return locks


def _top(rng: np.random.Generator) -> list[Surface]:
    """Locks from the hairline upwards, back and to the sides, the nearer ones over the farther ones."""
    locks = []
    # Root angle from the front (share of pi), tip angle, half width.
    for away, tip, wide in (
        (-0.24, -0.46, 1.2), (-0.20, -0.43, 1.3), (-0.15, -0.40, 1.4), (-0.10, -0.38, 1.5), (-0.05, -0.35, 1.5),
        (0.00, -0.31, 1.5), (0.04, -0.26, 1.4), (0.09, 0.34, 1.3), (0.13, 0.38, 1.3), (0.18, 0.42, 1.2),
        (0.23, 0.45, 1.2),
    ):  # fmt: skip
        for step in range(3):
            root = away + rng.uniform(-0.02, 0.02)
            start = _hem((0.5 - root) * np.pi) - 0.03 - 0.10 * step
            locks.append(
                lock(
                    _SHELL,
                    ((0.5 - root) * np.pi, (0.5 - tip + rng.uniform(-0.03, 0.03)) * np.pi),
                    (start, start - 0.05 + rng.uniform(0.20, 0.5) * (abs(tip) > 0.3)),
                    wide=wide * float(rng.uniform(0.6, 1.0)),
                    lift=(-0.1, 0.5 + 0.3 * step),
                    tone=float(rng.uniform(0.3, 1)),
                    bow=0.12 * float(np.sign(tip)),
                    wave=float(rng.uniform(-0.03, 0.03)),
                )
            )
    # Over the crown, where the locks of both sides part.
    for turn in np.linspace(0.2, 0.8, 9):
        locks.append(
            lock(
                _SHELL,
                (turn * np.pi, (turn + 0.02) * np.pi),
                (0.0, 0.50 - 0.12 * abs(turn - 0.5)),
                wide=1.5,
                lift=(-0.30, -0.35),
                tone=float(rng.uniform(0.3, 0.8)),
            )
        )
    return locks
