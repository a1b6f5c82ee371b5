"""Noise: smooth random functions of points in space, the same on every machine.

value_noise(points / 0.5, seed=3)      # (N,) in 0..1, features about 0.5 wide
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from face.easing import ease_in_out
from studio.arrays import Floats, Reals
from studio.seeds import random_of

#: Period of the noise, in units.
_SIDE: Final = 32
#: Points at once, so that what is computed on the way stays in the processor's cache.
_BLOCK: Final = 16_384


def value_noise(points: Reals, seed: int) -> Floats:
    """Value noise: random values at integer points with smooth interpolation between them.

    Args:
        points: (N, 3).

    Returns:
        (N,) float32, 0..1; it repeats after 32 units along each axis.
    """
    lattice = _lattice(seed)
    total = np.zeros(len(points), np.float32)
    for begin in range(0, len(points), _BLOCK):
        _add_noise(total[begin : begin + _BLOCK], points[begin : begin + _BLOCK], lattice)
    return total


@lru_cache(maxsize=32)
def _lattice(seed: int) -> Floats:
    """The random values of one seed, (32^3,) float32."""
    values = random_of("noise", seed).uniform(size=(_SIDE,) * 3).astype(np.float32).ravel()
    values.flags.writeable = False
    return values


def _add_noise(total: Floats, points: Reals, lattice: Floats) -> None:
    whole = np.floor(points)
    part_x, part_y, part_z = np.ascontiguousarray(ease_in_out((points - whole).astype(np.float32)).T)
    low = np.ascontiguousarray(whole.astype(np.intp).T) % _SIDE
    high = (low + 1) % _SIDE
    rest_z = 1 - part_z
    for x, weight_x in ((low[0], 1 - part_x), (high[0], part_x)):
        for y, weight_y in ((low[1], 1 - part_y), (high[1], part_y)):
            line = (x * _SIDE + y) * _SIDE
            weight = weight_x * weight_y
            total += weight * rest_z * lattice.take(line + low[2])
            total += weight * part_z * lattice.take(line + high[2])


def fractal_noise(points: Reals, seed: int, octaves: int) -> Floats:
    """Sum of octaves of `value_noise`, each with twice the frequency and half the amplitude of the one before.

    Args:
        points: (N, 3).

    Returns:
        (N,) float32, 0..1, mean about 0.5.
    """
    total = np.zeros(len(points), np.float32)
    for octave in range(octaves):
        total += (value_noise(points * 2.0**octave, seed + octave) - 0.5) * 0.5**octave
    return np.asarray(np.clip(total + 0.5, 0.0, 1.0), np.float32)


def spots(points: Reals, seed: int) -> Floats:
    """One round spot of random size in each unit cell.

    Args:
        points: (N, 3).

    Returns:
        (N,) float32: 1 in the middle of a spot, falling to 0 at its border.
    """
    lattice = random_of("spots", seed).uniform(size=(_SIDE, _SIDE, _SIDE, 4)).astype(np.float32)
    whole = np.floor(points).astype(np.int32)
    cell = whole % _SIDE
    drawn = lattice[cell[:, 0], cell[:, 1], cell[:, 2]]
    centre = 0.3 + 0.4 * drawn[:, :3]
    distance = np.linalg.norm(points - whole - centre, axis=1)
    radius = 0.12 + 0.22 * drawn[:, 3] ** 2
    return np.asarray(np.clip(1.3 * (1 - distance / radius), 0.0, 1.0), np.float32)
