"""The built-in avatar's clothes: a hoodie with its hood down, a shirt's collar, two strings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.surface import HOODIE, SHIRT, STRING, Surface, grid_surface, tube

Floats = NDArray[np.float32]


def clothes_surfaces() -> list[Surface]:
    """Build all clothes."""
    return [_torso(), _hood(), _collar(), *_strings()]


def _torso() -> Surface:
    """Shoulders and chest as a relief below the line of the shoulders."""
    x = np.linspace(-19.0, 19.0, 151)[None, :]
    down = (np.linspace(0, 1, 90) ** 1.6 * 24)[:, None]
    far = np.abs(x) / 14.8
    ridge = -12.2 - 4.4 * far**1.2 - 70.0 * np.maximum(far - 0.82, 0) ** 1.9
    y = ridge - down
    edge = np.clip(1 - (np.abs(x) / 19.5) ** 6, 0, 1)
    z = (
        -3.0
        + 8.2 * (1 - np.exp(-down / 3.4)) * edge
        + 1.2 * np.exp(-((x / 9) ** 2)) * (1 - np.exp(-down / 6))
    )
    # Soft folds from the neck to the arms.
    way = x * 0.55 + y * 0.9
    fold = (
        np.sin(way * 0.9 + 0.8 * np.sin(x * 0.35))
        * np.exp(-(((np.abs(x) - 9) / 4.5) ** 2))
        * np.clip(down / 4, 0, 1)
    )
    z = z + 0.22 * fold
    points = np.stack(np.broadcast_arrays(x, y, z), -1).astype(np.float32)
    return grid_surface(HOODIE, points, outward=np.array([0, 0.2, 1], np.float32))


def _ring(count: int, lap: float) -> tuple[Floats, Floats]:
    """Angles (N,) of a ring that starts and ends in front, overlapping by `lap` radians, and frontness (N,) 0..1."""
    angle = np.linspace(0.5 * np.pi - lap, 2.5 * np.pi + lap, count)
    return angle.astype(np.float32), ((1 + np.sin(angle)) / 2).astype(np.float32)


def _hood() -> Surface:
    angle, _ = _ring(140, 0.16)
    # Both sides run down to a point in front and overlap there.
    slope = np.where(np.sin(angle) > 0, 1 - np.abs(np.cos(angle)) * 1.0, 0.0)
    front = np.clip((1 + np.sin(angle)) / 2, 0, 1)
    y = -10.4 - 2.6 * front - 3.6 * slope**1.2
    over = 0.35 * np.clip((angle - 2.2 * np.pi) / (0.3 * np.pi), 0, 1)
    path = np.stack([7.0 * np.cos(angle), y, -1.2 + (6.3 + over) * np.sin(angle)], 1)
    out = np.stack([np.cos(angle), np.full_like(angle, 0.8), np.sin(angle)], 1)
    wide = 2.7 - 1.1 * front**2
    thick = 1.45 - 0.5 * front**2
    return tube(
        HOODIE,
        path.astype(np.float32),
        out.astype(np.float32),
        wide.astype(np.float32),
        thick.astype(np.float32),
        turns=1.0,
        tone=0.3,
        sides=33,
    )


def _collar() -> Surface:
    angle, front = _ring(80, 0.05)
    path = np.stack([4.9 * np.cos(angle), -11.6 - 2.6 * front**1.5, -1.2 + 5.2 * np.sin(angle)], 1)
    out = np.stack([np.cos(angle), np.full_like(angle, 0.6), np.sin(angle)], 1)
    wide = np.full_like(angle, 0.75)
    return tube(
        SHIRT, path.astype(np.float32), out.astype(np.float32), wide, wide * 0.6, turns=1.0, tone=0, sides=17
    )


def _strings() -> list[Surface]:
    strings = []
    for side, length in ((1, 8.6), (-1, 7.4)):
        t = np.linspace(0, 1, 40)
        x = side * (2.5 + 0.9 * t - 0.6 * t * t)
        y = -17.0 - length * t
        z = 6.3 + 0.9 * np.sin(np.pi * np.clip(t * 1.3, 0, 1)) + 0.9 * t
        out = np.tile(np.array([0, 0, 1], np.float32), (40, 1))
        wide = np.where(t > 0.9, 0.42, 0.30)
        wide = np.where(t > 0.985, 0.28, wide)
        strings.append(
            tube(
                STRING, np.stack([x, y, z], 1).astype(np.float32), out, wide.astype(np.float32),
                wide.astype(np.float32), turns=1.0, tone=float(side > 0), sides=13,
            )
        )  # fmt: skip
    return strings
