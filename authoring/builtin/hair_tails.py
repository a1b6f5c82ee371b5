"""Two high tails, a fringe of pointed locks, and long locks beside the face, as anime figures wear them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.locks import Shell, cap, lock
from authoring.builtin.surface import HAIR, STRING, Surface, tube

_SHELL: Final = Shell(half=(9.1, 11.7, 9.9), part=(0.6, 2.4), swell=0.6)
#: Tip angle from the front (share of pi, + the subject's left), how far it falls, half width.
_FRINGE: Final = (
    (-0.205, 1.065, 1.3),
    (-0.150, 0.935, 1.5),
    (-0.095, 0.865, 1.6),
    (-0.045, 0.835, 1.4),
    (0.000, 0.885, 1.3),
    (0.050, 0.825, 1.5),
    (0.105, 0.875, 1.6),
    (0.160, 0.955, 1.5),
    (0.210, 1.085, 1.3),
)
#: Centre line of a tail on the subject's left.
_TAIL: Final = ((8.0, 10.6, -2.0), (10.6, 11.2, -2.6), (13.0, 7.5, -2.8), (14.2, 0.5, -2.4), (14.0, -7.0, -1.2),
                (13.0, -14.0, 0.5), (13.6, -19.0, 1.5))  # fmt: skip


def tails() -> tuple[list[Surface], list[Surface]]:
    """Build a dark cap, locks over it and the tails; the fringe, the locks beside the face and ribbons."""
    rng = np.random.default_rng(11)
    back = [cap(_SHELL, _hem), *(_near_root(one, 0.45) for one in _back(rng))]
    for side in (1.0, -1.0):
        back += _tail(rng, side)
    return back, [*(_near_root(one, 0.5) for one in _fringe(rng)), *_beside_face(rng), *_ribbons()]


def _near_root(lock: Surface, share: float) -> Surface:
    """Colour a lock up to its tip as longer hair is coloured near its root; share 0..1 of its length."""
    return replace(lock, across=lock.across * np.array([1, share], np.float32))


def _hem(turn: float) -> float:
    front = np.cos(turn - np.pi / 2)  # 1 in front, 0 at the sides, -1 behind
    return float(np.interp(front, (-1, -0.1, 0.35, 0.62, 0.8, 1), (1.35, 1.42, 1.42, 1.14, 0.80, 0.72)))


def _back(rng: np.random.Generator) -> list[Surface]:
    locks = []
    for row, (count, start) in enumerate(((24, 0.28), (20, 0.10))):
        for i in range(count):
            turn = float(
                np.interp((i + 0.5 + rng.uniform(-0.3, 0.3)) / count, (0, 1), (0.27 * np.pi, -1.27 * np.pi))
            )
            hem = _hem(float(np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2))
            locks.append(
                lock(
                    _SHELL,
                    (turn, turn + rng.uniform(-0.05, 0.05)),
                    (start, hem - 0.12 * row + rng.uniform(-0.05, 0.05)),
                    wide=float(rng.uniform(1.4, 1.9)),
                    lift=(0.10 * row, 0.12 * row - 0.9),
                    tone=float(rng.uniform(0.2, 0.9)),
                )
            )
    return locks


def _tail(rng: np.random.Generator, side: float) -> list[Surface]:
    t = np.linspace(0, 1, 44)
    knots = np.array(_TAIL) * (side, 1.0, 1.0)
    line = _smooth(knots, t)
    locks = []
    for i in range(13):
        turn = 2 * np.pi * i / 13 + rng.uniform(-0.2, 0.2)
        radius = 0.25 if i % 4 == 0 else 1.0
        spread = 1.9 * np.sin(np.pi * np.clip(t * 0.85 + 0.08, 0, 1)) ** 0.7 * radius
        end = rng.uniform(0.80, 1.0)
        away = np.stack([np.cos(turn) * spread, 0.3 * np.sin(turn) * spread, 0.9 * np.sin(turn) * spread], 1)
        sway = 0.5 * np.sin(2 * np.pi * (t * 0.9 + 0.1 * i)) * t
        path = _smooth((line + away + np.stack([sway, 0 * t, 0 * t], 1))[:: 43 // 7], t * end)
        body = (1 - t**4) ** 0.9 * (0.45 + 0.55 * np.clip(t / 0.2, 0, 1))
        width = np.maximum(rng.uniform(1.0, 1.35) * body, 0.02)
        out = np.stack([0.5 * np.cos(turn) + 0 * t, 0.1 + 0 * t, 0.75 + 0.3 * np.sin(turn) + 0 * t], 1)
        locks.append(
            tube(
                HAIR, path.astype(np.float32), out.astype(np.float32), width.astype(np.float32),
                (0.5 * width).astype(np.float32), turns=0.5, tone=float(rng.uniform(0.25, 1)),
            )
        )  # fmt: skip
    return locks


def _smooth(knots: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (N, 3) at 0..1 on a Catmull-Rom curve through knots (K, 3)."""
    last = len(knots) - 1
    place = np.clip(at, 0, 1) * last
    i = np.minimum(place.astype(int), last - 1)
    u = (place - i)[:, None]
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    a, b, c, d = (padded[i + k] for k in range(4))
    return np.asarray(
        b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a))), np.float64
    )


def _fringe(rng: np.random.Generator) -> list[Surface]:
    locks = []
    for i, (away, fall, wide) in enumerate(_FRINGE):
        root = (0.5 - 0.35 * away) * np.pi
        locks.append(
            lock(
                _SHELL,
                (root, (0.5 - away) * np.pi),
                (0.03 + 0.004 * i, fall),
                wide=wide,
                lift=(0.30 + 0.1 * (i % 2), 0.05 + 0.15 * ((i + 1) % 2)),
                tone=float(rng.uniform(0.4, 1)),
                bow=-0.5 * away * 0.3,
            )
        )
    return locks


def _beside_face(rng: np.random.Generator) -> list[Surface]:
    """Long locks in front of the shoulders, and one that stands up at the crown."""
    locks = []
    for side in (-1.0, 1.0):
        for away, fall, wide, lift in (
            (0.262, 1.86, 1.25, 0.5),
            (0.29, 1.98, 1.2, 0.2),
            (0.245, 1.62, 0.7, 0.7),
        ):
            locks.append(
                lock(
                    _SHELL,
                    ((0.5 + 0.35 * side * away) * np.pi, (0.5 + side * (away + 0.02)) * np.pi),
                    (0.08, fall + rng.uniform(-0.04, 0.04)),
                    wide=wide,
                    lift=(lift, lift),
                    tone=float(rng.uniform(0.4, 1)),
                    bow=side * 0.16,
                    wave=0.02 * side,
                )
            )
    t = np.linspace(0, 1, 26)
    path = np.stack([0.4 + 2.6 * t**1.5, 16.0 + 3.6 * np.sin(2.3 * t), 2.0 + 1.5 * t], 1)
    width = np.maximum(0.55 * (1 - t**2), 0.02)
    out = np.tile([0.0, 0.2, 1.0], (26, 1))
    locks.append(
        tube(
            HAIR, path.astype(np.float32), out.astype(np.float32), width.astype(np.float32),
            (0.5 * width).astype(np.float32), turns=0.5, tone=0.8,
        )
    )  # fmt: skip
    return locks


def _ribbons() -> list[Surface]:
    ribbons = []
    for side in (1.0, -1.0):
        turn = np.linspace(0, 2 * np.pi, 40)
        path = np.stack(
            [side * (9.6 + 0.25 * np.cos(turn)), 11.0 + 1.5 * np.cos(turn), -2.3 + 1.5 * np.sin(turn)], 1
        )
        out = np.stack([0 * turn, np.cos(turn), np.sin(turn)], 1)
        wide = np.full(40, 0.75, np.float32)
        ribbons.append(
            tube(
                STRING, path.astype(np.float32), out.astype(np.float32), wide, wide * 0.6,
                turns=1.0, tone=0.0, sides=13,
            )
        )  # fmt: skip
    return ribbons
