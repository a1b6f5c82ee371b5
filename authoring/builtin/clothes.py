"""Clothes: a hoodie with its hood down, a shirt's collar and two strings; a kimono; a sweater."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.surface import HOODIE, SHIRT, STRING, Surface, grid_surface, tube

Floats = NDArray[np.float32]


KINDS: Final = ("hoodie", "kimono", "sweater")


def clothes_surfaces(kind: str) -> list[Surface]:
    """Build all clothes of a kind of KINDS."""
    if kind == "kimono":
        return [_torso(), *_kimono()]
    if kind == "sweater":
        return [_torso(), _rolled_collar()]
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


def _kimono() -> list[Surface]:
    """Collars one upon the other, the wearer's left over the right."""
    bands = []
    for material, up, out in ((SHIRT, 1.35, -0.10), (STRING, 0.62, 0.0), (HOODIE, -0.30, 0.12)):
        for side in (-1.0, 1.0):  # the right one first, under the left one
            bands.append(_band(material, side, up, out + (0.16 if side > 0 else 0.0)))
    return bands


def _band(material: int, side: float, up: float, out: float) -> Surface:
    """Half a collar: from the nape over a shoulder to the other side of the chest.

    Args:
        side: 1 the wearer's left shoulder, -1 the right one.
        up: how much higher, and nearer to the neck, than the outermost collar, model units.
        out: distance outwards, model units.
    """
    knots = np.linspace(0, 1, 8)
    # The right one ends under the left one.
    t = np.linspace(0, 1 if side > 0 else 0.67, 70)
    x = np.interp(t, knots, (0.0, 3.4, 5.3, 4.5, 2.5, 0.0, -3.0, -7.0))
    y = np.interp(t, knots, (-9.0, -9.5, -11.2, -13.2, -15.2, -17.4, -20.0, -24.0))
    z = np.interp(t, knots, (-6.8, -5.4, -1.0, 3.0, 5.0, 5.9, 6.5, 7.0))
    kernel = np.hanning(15) / np.hanning(15).sum()
    x, y, z = (
        np.convolve(np.pad(v, 7, mode="reflect", reflect_type="odd"), kernel, "valid") for v in (x, y, z)
    )
    toward = np.stack([x, np.full_like(x, 1.5), z + 1.2], 1)
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    path = np.stack([side * x * (1 - 0.045 * up), y + up, z], 1) + toward * (side, 1.0, 1.0) * out
    wide = np.full(len(t), 1.05, np.float32)
    return tube(
        material, path.astype(np.float32), (toward * (side, 1.0, 1.0)).astype(np.float32), wide, wide * 0.32,
        turns=1.0, tone=0.3, sides=21,
    )  # fmt: skip


def _rolled_collar() -> Surface:
    angle, front = _ring(140, 0.05)
    path = np.stack([6.0 * np.cos(angle), -10.8 - 2.5 * front**1.5, -1.0 + 6.0 * np.sin(angle)], 1)
    out = np.stack([np.cos(angle), np.full_like(angle, 0.35), np.sin(angle)], 1)
    wide = np.full_like(angle, 1.9)
    return tube(
        HOODIE,
        path.astype(np.float32),
        out.astype(np.float32),
        wide,
        wide * 0.42,
        turns=1.0,
        tone=0.3,
        sides=25,
    )
