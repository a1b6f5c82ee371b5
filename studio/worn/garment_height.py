"""GarmentHeight: a height map of a garment around the neck, which keeps hair outside the cloth.

garment = GarmentHeight(clothes)          # a WornMesh, or None
garment.push_out(points, 0.5)             # (N, 3)
"""

from __future__ import annotations

from typing import Final

import numpy as np

from studio.arrays import Reals
from studio.worn.mesh import WornMesh

_AROUND, _OUT, _CELL, _AXIS_Z = 36, 26, 0.7, -1.5
#: Height of cells without a garment.
_NOWHERE: Final = -99.0
_STEEPEST: Final = 3.0


class GarmentHeight:
    """A garment's greatest height, head space, over angle and distance around the neck."""

    def __init__(self, clothes: WornMesh | None) -> None:
        self._height = np.full((_AROUND, _OUT), _NOWHERE)
        if clothes is None:
            return
        angle, radius = _polar(clothes.position)
        cell = np.round(radius / _CELL).astype(np.int64)
        inside = cell < _OUT
        column = np.round(angle / (2 * np.pi) * _AROUND).astype(np.int64) % _AROUND
        np.maximum.at(self._height, (column[inside], cell[inside]), clothes.position[inside, 1])
        # fill empty cells: from their neighbours around the neck, then from the cell further in, steeply falling
        for _ in range(2):
            beside = np.maximum(np.roll(self._height, 1, 0), np.roll(self._height, -1, 0))
            self._height = np.where(self._height == _NOWHERE, beside, self._height)
        for k in range(1, _OUT):
            gone = (self._height[:, k] == _NOWHERE) & (self._height[:, k - 1] > _NOWHERE)
            self._height[gone, k] = self._height[gone, k - 1] - _STEEPEST * _CELL

    def push_out(self, points: Reals, clear: float) -> Reals:
        """Move points (N, 3) that are nearer than `clear` to the cloth, or inside it, outwards; by at most 2 units."""
        angle, radius = _polar(points)
        here, further = self._at(angle, radius), self._at(angle, radius + _CELL)
        slope = np.clip((further - here) / _CELL, -_STEEPEST, 0.0)
        size = np.sqrt(1 + slope**2)
        short = np.clip(clear - (points[:, 1] - here) / size, 0.0, 2.0) * (here > 0.5 * _NOWHERE)
        out = -slope / size
        way = np.stack([out * np.sin(angle), 1 / size, out * np.cos(angle)], 1)
        return np.asarray(points + way * short[:, None])

    def _at(self, angle: Reals, radius: Reals) -> Reals:
        """Height (N,) at angles (N,) and radii (N,), interpolated bilinearly."""
        a, r = angle / (2 * np.pi) * _AROUND, np.clip(radius / _CELL, 0, _OUT - 1.001)
        i, j = np.floor(a).astype(np.int64), r.astype(np.int64)
        u, v = a - i, r - j
        i, k = i % _AROUND, (i + 1) % _AROUND
        low = self._height[i, j] * (1 - u) + self._height[k, j] * u
        high = self._height[i, j + 1] * (1 - u) + self._height[k, j + 1] * u
        return np.asarray(low * (1 - v) + high * v)


def _polar(points: Reals) -> tuple[Reals, Reals]:
    x, z = points[:, 0], points[:, 2] - _AXIS_Z
    return np.arctan2(x, z), np.hypot(x, z)
