"""A short bob of swept locks, parted on one side, with a fringe."""

from __future__ import annotations

from typing import Final

import numpy as np

from authoring.builtin.locks import Shell, cap, lock
from authoring.builtin.surface import Surface

_SHELL: Final = Shell()


def bob() -> tuple[list[Surface], list[Surface]]:
    """Build a dark cap close to the scalp and locks over it; a fringe and single strands."""
    rng = np.random.default_rng(20)
    back = [cap(_SHELL, _hem), *_back_and_sides(rng)]
    return back, [*_fringe(rng), *_strands(rng)]


def _hem(turn: float) -> float:
    """The `fall` at which the hair ends, by the angle around the head, radians."""
    front = np.cos(turn - np.pi / 2)  # 1 in front, 0 at the sides, -1 behind
    return float(np.interp(front, (-1, -0.1, 0.35, 0.62, 0.8, 1), (1.52, 1.52, 1.47, 1.22, 0.82, 0.74)))


def _back_and_sides(rng: np.random.Generator) -> list[Surface]:
    """Locks of the back and the sides, in three layers from the lowest to the highest."""
    locks = []
    for row, (count, start, shorter) in enumerate(((26, 0.30, 0.0), (24, 0.16, 0.10), (20, 0.05, 0.26))):
        for i in range(count):
            # From one temple around the back to the other.
            turn = np.interp(
                (i + 0.5 + rng.uniform(-0.3, 0.3)) / count, (0, 1), (0.31 * np.pi, -1.31 * np.pi)
            )
            hem = _hem(float(np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2))
            tip = hem - shorter * (0.6 + 0.4 * rng.uniform()) + rng.uniform(-0.05, 0.05)
            side = np.sign(np.cos(turn)) or 1.0
            locks.append(
                lock(
                    _SHELL,
                    (turn + 0.10 * side * rng.uniform(0.2, 1), turn - 0.06 * side * rng.uniform(-0.5, 1)),
                    (start + rng.uniform(0, 0.08), max(tip, start + 0.3)),
                    wide=float(rng.uniform(1.25, 1.8)),
                    lift=(0.12 * row, 0.18 * row + rng.uniform(-1.5, -0.6)),
                    tone=float(rng.uniform(0.15, 1)),
                    bow=float(rng.uniform(-0.06, 0.06)),
                    wave=float(rng.uniform(-0.035, 0.035)),
                )
            )
    return locks


def _fringe(rng: np.random.Generator) -> list[Surface]:
    """Locks from the parting over the forehead: long on the subject's right, short on the left."""
    locks = []
    # Tip angle (share of pi), how far it falls, half width.
    right = (
        (0.500, 0.80, 1.2), (0.550, 0.86, 1.3), (0.600, 0.87, 1.3), (0.650, 0.89, 1.3), (0.700, 0.97, 1.25),
        (0.745, 1.14, 1.2), (0.785, 1.30, 1.2), (0.830, 1.42, 1.2), (0.875, 1.46, 1.2),
    )  # fmt: skip
    left = (
        (0.405, 0.78, 1.00),
        (0.345, 0.86, 1.05),
        (0.295, 0.98, 1.15),
        (0.250, 1.16, 1.2),
        (0.210, 1.32, 1.2),
        (0.165, 1.42, 1.2),
    )
    for group, bend in ((right, -0.16), (left, 0.10)):
        for i, (angle, fall, wide) in enumerate(group):
            curl = 0.9 * (fall > 1.2)
            root = 0.5 * np.pi + (angle - 0.5) * np.pi * 0.30
            locks.append(
                lock(
                    _SHELL,
                    (root, angle * np.pi), (0.02 + 0.012 * i, fall),
                    wide=wide, lift=(0.25 + 0.05 * (i % 3), -0.05 + 0.16 * ((i + 1) % 2) - curl),
                    tone=float(rng.uniform(0.35, 1)), bow=bend * 0.5, wave=float(rng.uniform(-0.02, 0.02)),
                )
            )  # fmt: skip
            # A finer lock beside each makes the edge irregular.
            locks.append(
                lock(
                    _SHELL,
                    (root + rng.uniform(-0.1, 0.1), (angle + rng.uniform(-0.025, 0.025)) * np.pi),
                    (0.05, fall + rng.uniform(-0.10, 0.05)),
                    wide=wide * rng.uniform(0.22, 0.4), lift=(0.5, 0.25 - curl),
                    tone=float(rng.uniform(0.5, 1)), bow=bend * 0.5 + rng.uniform(-0.04, 0.04),
                )
            )  # fmt: skip
    return locks


def _strands(rng: np.random.Generator) -> list[Surface]:
    """Single strands along the outline and over the locks."""
    strands = []
    for _ in range(36):
        turn = float(rng.uniform(-1.25 * np.pi, 0.25 * np.pi))
        hem = _hem(float(np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2))
        start = float(rng.uniform(0.1, 0.5))
        strands.append(
            lock(
                _SHELL,
                (turn + rng.uniform(-0.1, 0.1), turn + rng.uniform(-0.12, 0.12)),
                (start, hem - rng.uniform(0.08, 0.4)),
                wide=float(rng.uniform(0.10, 0.16)),
                lift=(0.5, float(rng.uniform(-0.4, 0.3))),
                tone=float(rng.uniform(0.4, 1)),
                bow=float(rng.uniform(-0.1, 0.1)),
                wave=float(rng.uniform(-0.04, 0.04)),
            )
        )
    return strands
