"""The mean head's scalp as a grid of positions and normals, from the crown to the hairline.

scalp = scalp_of(space)
scalp.place, scalp.normal              # (A, R, 3): A angles from the back around the front to the back, R rows
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from studio.arrays import Floats, Reals
from studio.head.head_space import HeadSpace
from studio.skin.regions import CROWN_AXIS, HAIRLINE

#: Origin of the rays that find the scalp, head space; lies on the axis that angles are measured around.
_MIDDLE: Final = np.array([CROWN_AXIS[0], 6.0, CROWN_AXIS[1]], np.float32)
_ANGLES, _ROWS, _REACH = 37, 10, 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Scalp:
    """A grid over the scalp; the first and last angles coincide, behind the head.

    Attributes:
        angle: (A,) radians around the head, 0 in front.
        place: (A, R, 3) positions in head space, rows from crown to hairline.
        normal: (A, R, 3) outward unit normals.
    """

    angle: Floats
    place: Floats
    normal: Floats

    def roots(self, count: int, random: Any, *, shown: Reals | None = None) -> tuple[Reals, Reals]:
        """Sample hair roots with uniform density over the scalp's area.

        Args:
            count: L, how many.
            random: NumPy generator.
            shown: (A, R) 1 where hair grows, 0 elsewhere; None = everywhere.

        Returns:
            Positions (L, 3) and outward unit normals (L, 3).
        """
        a, b = self.place[1:, :-1] - self.place[:-1, :-1], self.place[:-1, 1:] - self.place[:-1, :-1]
        area = np.linalg.norm(np.cross(a, b), axis=2)
        if shown is not None:
            area = area * shown[:-1, :-1] * shown[1:, 1:]
        share = np.cumsum(area.ravel())
        # stratified: one root in each equal share of the area
        where = (np.arange(count) + random.uniform(size=count)) / count * share[-1]
        cell = np.minimum(np.searchsorted(share, where), len(share) - 1)
        i, j = np.divmod(cell, _ROWS - 1)
        u, v = random.uniform(size=(2, count, 1))
        mixed = []
        for grid in (self.place, self.normal):
            low = grid[i, j] * (1 - u) + grid[i + 1, j] * u
            high = grid[i, j + 1] * (1 - u) + grid[i + 1, j + 1] * u
            mixed.append(low * (1 - v) + high * v)
        return mixed[0], mixed[1] / np.linalg.norm(mixed[1], axis=1, keepdims=True)


@lru_cache(maxsize=2)
def scalp_of(space: HeadSpace) -> Scalp:
    """The scalp of a head; cached."""
    angle = np.linspace(-np.pi, np.pi, _ANGLES)
    height = np.interp(np.abs(angle), *HAIRLINE)
    side = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1)
    # horizontal rays to the hairline
    level = np.stack([np.full_like(angle, _MIDDLE[0]), height, np.full_like(angle, _MIDDLE[2])], 1)
    edge = _intersect_skin(space, level, side)
    low = np.arctan2(height - _MIDDLE[1], np.linalg.norm((edge - level)[:, [0, 2]], axis=1))
    # rows lie closer together towards the hairline
    v = np.linspace(0, 1, _ROWS)[None, :] ** 0.85
    tilt = 0.5 * np.pi * (1 - v) + low[:, None] * v
    way = side[:, None] * np.cos(tilt)[..., None] + np.array([0.0, 1.0, 0.0]) * np.sin(tilt)[..., None]
    place = _intersect_skin(space, np.broadcast_to(_MIDDLE, (_ANGLES * _ROWS, 3)), way.reshape(-1, 3))
    _, normal = space.distance(place.astype(np.float32))
    shape = (_ANGLES, _ROWS, 3)
    return Scalp(angle.astype(np.float32), place.reshape(shape).astype(np.float32), normal.reshape(shape))


def _intersect_skin(space: HeadSpace, start: Reals, way: Reals) -> Reals:
    """Intersections (N, 3) of the skin with rays from `start` (N, 3) along unit directions `way` (N, 3).

    Sphere tracing from outside inwards: each step moves by a share of the signed distance.
    """
    reach = np.full(len(start), _REACH)
    for _ in range(14):
        distance, _ = space.distance((start + way * reach[:, None]).astype(np.float32))
        reach -= 0.85 * distance
    return np.asarray(start + way * reach[:, None])
