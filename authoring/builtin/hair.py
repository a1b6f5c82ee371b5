"""The built-in avatar's hair: a short bob of swept locks, parted on one side, with a fringe."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.surface import HAIR, Surface, grid_surface, tube
from face.easing import ease_in_out

Floats = NDArray[np.float32]
Angles = NDArray[np.float64]

_MIDDLE: Final = (0.0, 4.6, 0.2)  # centre of the ellipsoid on which the hair lies
_HALF: Final = (9.0, 11.7, 9.9)  # half width, height and depth of the ellipsoid
_PART: Final = (3.2, 2.8)  # x and z of the parting
STEPS: Final = 26  # points along a lock


def hair_surfaces() -> list[Surface]:
    """Build a dark cap close to the scalp, locks over it, a fringe, and single strands."""
    rng = np.random.default_rng(20)
    return [_cap(), *_back_and_sides(rng), *_fringe(rng), *_strands(rng)]


def back_hair_surfaces() -> list[Surface]:
    """The parts of the hair behind the head."""
    rng = np.random.default_rng(20)
    return [s for s in (_cap(), *_back_and_sides(rng)) if s.vertices[:, 2].mean() < 2.0]


def _on_ellipsoid(turn: Angles, fall: Angles, lift: Angles) -> tuple[Angles, Angles]:
    """Points (..., 3) on the ellipsoid and their outward directions (..., 3).

    Args:
        turn: angle around the head, radians: 0 subject's left, pi/2 front.
        fall: 0 at the parting, 1 at the widest circumference, above 1 straight down.
        lift: distance outwards, model units.
    """
    bent = np.minimum(fall, 1.0) * (np.pi / 2)
    below = np.maximum(fall - 1.0, 0.0)
    radial = np.sin(bent) ** 0.88 - 0.35 * below**2
    height = np.cos(bent) - below * (np.pi / 2)
    outward = np.stack([radial * np.cos(turn), np.maximum(height, -0.2), radial * np.sin(turn)], -1)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    near = np.maximum(1 - fall, 0.0) ** 1.5
    x = _HALF[0] * radial * np.cos(turn) + _PART[0] * near
    y = _HALF[1] * height + _MIDDLE[1]
    z = _HALF[2] * radial * np.sin(turn) + _MIDDLE[2] + _PART[1] * near
    swell = 0.9 * np.exp(-(((fall - 1.12) / 0.30) ** 2))  # fullest beside the cheeks
    points = np.stack([x, y, z], -1) + outward * (lift + swell)[..., None]
    return points, outward


def _hem(turn: float) -> float:
    """The `fall` at which the hair ends, by the angle around the head, radians."""
    front = np.cos(turn - np.pi / 2)  # 1 in front, 0 at the sides, -1 behind
    return float(np.interp(front, (-1, -0.1, 0.35, 0.62, 0.8, 1), (1.52, 1.52, 1.47, 1.22, 0.82, 0.74)))


def _cap() -> Surface:
    turn = np.linspace(-np.pi, np.pi, 121)
    share = np.linspace(0.0, 1.0, 40)
    hem = np.array([_hem(float(a)) for a in np.mod(turn + np.pi / 2, 2 * np.pi) - np.pi / 2]) - 0.10
    fall = share[:, None] * hem[None, :]
    points, outward = _on_ellipsoid(np.broadcast_to(turn, fall.shape), fall, np.full(fall.shape, -0.55))
    cap = grid_surface(HAIR, points.astype(np.float32), outward=outward.astype(np.float32))
    count = len(cap.vertices)
    across = np.stack([np.tile(turn * 2.0, len(share)), np.repeat(share, len(turn))], 1)
    return Surface(
        HAIR,
        cap.vertices,
        cap.normals,
        cap.triangles,
        cap.along,
        across.astype(np.float32),
        np.zeros(count, np.float32),
    )


def _lock(
    turn: tuple[float, float],
    fall: tuple[float, float],
    *,
    wide: float,
    lift: tuple[float, float],
    tone: float,
    bow: float = 0.0,
    wave: float = 0.0,
) -> Surface:
    """Build one lock; pairs are its values at root and tip.

    Args:
        turn: angle around the head, radians.
        fall: as for `_on_ellipsoid`.
        wide: half width, model units.
        lift: distance outwards, model units.
        tone: 0 dark .. 1 light.
        bow: sideways bend, radians.
        wave: amplitude of its waves, radians.
    """
    t = np.linspace(0, 1, STEPS)
    angle = turn[0] + (turn[1] - turn[0]) * (0.4 * t + 0.6 * ease_in_out(t)) + bow * np.sin(np.pi * t)
    angle = angle + wave * np.sin(2.6 * np.pi * t) * t
    down = fall[0] + (fall[1] - fall[0]) * t
    raised = lift[0] + 0.35 * np.sin(np.pi * t) + (lift[1] - lift[0]) * t**3
    path, out = _on_ellipsoid(angle, down, raised)
    body = (1 - t**4.5) ** 0.9 * (0.62 + 0.38 * np.clip(t / 0.25, 0, 1))
    width = np.maximum(wide * body, 0.02)
    return tube(
        HAIR, path.astype(np.float32), out.astype(np.float32), width.astype(np.float32),
        (0.42 * width).astype(np.float32), turns=0.5, tone=tone,
    )  # fmt: skip


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
                _lock(
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
                _lock(
                    (root, angle * np.pi), (0.02 + 0.012 * i, fall),
                    wide=wide, lift=(0.25 + 0.05 * (i % 3), -0.05 + 0.16 * ((i + 1) % 2) - curl),
                    tone=float(rng.uniform(0.35, 1)), bow=bend * 0.5, wave=float(rng.uniform(-0.02, 0.02)),
                )
            )  # fmt: skip
            # A finer lock beside each makes the edge irregular.
            locks.append(
                _lock(
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
            _lock(
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
