"""Torso: the surface of shoulders, arms and chest under clothes, as a distance map around a point in the chest.

The head model's bust ends at the collarbones; limbs are rounded cones, blended with it by a smooth minimum.

torso = Torso(space, shoulders=20.0)
points, crease = torso.surface(directions)     # where rays from MIDDLE leave the torso
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from studio.arrays import Floats, Reals
from studio.head.head_space import HeadSpace

#: Origin of the rays, head space: in the chest, below the neck's axis.
MIDDLE: Final = np.array([0.0, -25.0, -1.5])
#: Half widths of the shoulders including the arms for which maps are computed; others are interpolated.
_WIDTHS: Final = (14.0, 16.5, 19.0, 21.5)
#: Distance of clothes from the skin; blend widths between limbs, and between bust and limbs.
_OFFSET, _SOFT, _SOFT_BUST = 0.34, 2.6, 1.0
#: The rays' polar angles from straight up, azimuths from the front, and the range searched along them.
_DOWN, _AROUND = np.linspace(0.2, 2.05, 72), np.linspace(0.0, np.pi, 56)
_NEAR, _FAR = 4.0, 34.0


class Torso:
    """A torso of a given width.

    Args:
        space: signed distances to the mean head and its bust.
        shoulders: half width including the arms, 14 to 21.5 head-model units.
    """

    def __init__(self, space: HeadSpace, *, shoulders: float) -> None:
        place = float(np.interp(shoulders, _WIDTHS, np.arange(len(_WIDTHS))))
        low = min(int(place), len(_WIDTHS) - 2)
        share = place - low
        self._map = (1 - share) * _radius_map(space, low) + share * _radius_map(space, low + 1)

    def surface(self, directions: Reals) -> tuple[Reals, Reals]:
        """Intersect rays from MIDDLE with the surface.

        Args:
            directions: (..., 3) unit vectors.

        Returns:
            Points (..., 3) on the surface, and the depth of creases there (...,), 0 to 1.
        """
        down = np.arctan2(np.hypot(directions[..., 0], directions[..., 2]), directions[..., 1])
        around = np.arctan2(np.abs(directions[..., 0]), directions[..., 2])
        y = np.clip((down - _DOWN[0]) / (_DOWN[1] - _DOWN[0]), 0, len(_DOWN) - 1.001)
        x = np.clip(around / _AROUND[1], 0, len(_AROUND) - 1.001)
        row, column = y.astype(int), x.astype(int)
        y, x = (y - row)[..., None], (x - column)[..., None]
        upper = self._map[row, column] * (1 - x) + self._map[row, column + 1] * x
        lower = self._map[row + 1, column] * (1 - x) + self._map[row + 1, column + 1] * x
        found = upper * (1 - y) + lower * y
        return MIDDLE + found[..., :1] * directions, found[..., 1]

    def project(self, points: Reals, margin: float) -> Reals:
        """Points (..., 3) moved along their rays from MIDDLE to `margin` above the surface."""
        ways = points - MIDDLE
        ways = ways / np.linalg.norm(ways, axis=-1, keepdims=True)
        return np.asarray(self.surface(ways)[0] + margin * ways)

    def push_outside(self, points: Reals, margin: float) -> Reals:
        """Points (..., 3), of which those below `margin` above the surface are moved there, along their rays."""
        laid = self.project(points, margin)
        further = np.linalg.norm(laid - MIDDLE, axis=-1) > np.linalg.norm(points - MIDDLE, axis=-1)
        return np.where(further[..., None], laid, points)


@lru_cache(maxsize=8)
def _radius_map(space: HeadSpace, width: int) -> Floats:
    """(72, 56, 2) distance of the surface and depth of creases along every ray of the left half; the right mirrors it."""
    down, around = np.meshgrid(_DOWN, _AROUND, indexing="ij")
    ways = np.stack([np.sin(down) * np.sin(around), np.cos(down), np.sin(down) * np.cos(around)], -1).reshape(
        -1, 3
    )
    limbs = _limbs(_WIDTHS[width])
    low, high = np.full(len(ways), _NEAR), np.full(len(ways), _FAR)
    below, above = -np.ones(len(ways)), np.ones(len(ways))
    for step in range(10):
        # bisection first, then regula falsi
        share = 0.5 if step < 6 else np.clip(below / (below - above), 0.05, 0.95)
        middle = low + share * (high - low)
        distance, crease = _distance(space, limbs, MIDDLE + middle[:, None] * ways)
        inside = distance < 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        below, above = np.where(inside, distance, below), np.where(inside, above, distance)
    radius = low + (high - low) * np.clip(below / (below - above), 0, 1)
    return np.asarray(np.stack([radius, crease], 1).reshape(*down.shape, 2), np.float32)


Limb = tuple[Reals, Reals, float, float]


def _limbs(shoulders: float) -> tuple[Limb, ...]:
    """Start, end, radius at the start and radius at the end of the limbs of the left half."""
    bulk = 0.86 + 0.16 * (shoulders - 16.5) / 4.0
    arm = shoulders - 4.5 * bulk
    top = -14.0 - 0.45 * (arm - 4.5)  # continues the slope of the bust's shoulders
    return tuple(
        (np.array(a), np.array(b), ra, rb)
        for a, b, ra, rb in (
            ((4.2, -14.0, -3.4), (arm - 0.3, top, -2.6), 3.4, 3.6 * bulk),  # trapezius
            ((arm, top - 1.2, -2.4), (arm + 0.9, -38.0, -1.4), 4.5 * bulk, 4.1 * bulk),  # deltoid, arm
            ((3.4, -22.5, -1.6), (3.2, -40.0, -0.8), 6.6 + 1.6 * bulk, 6.2 + 1.8 * bulk),  # chest
            ((4.4, -25.5, 2.6), (4.4, -27.5, 3.2), 4.2 * bulk, 4.6 * bulk),
        )
    )


def _distance(space: HeadSpace, limbs: tuple[Limb, ...], points: Reals) -> tuple[Reals, Reals]:
    """Signed distance (N,) of points (N, 3) from the cloth's surface, and the depth of creases there (N,), 0 to 1."""
    half = np.stack([np.abs(points[:, 0]), points[:, 1], points[:, 2]], 1)
    total, crease = _rounded_cone_distance(half, limbs[0]), np.zeros(len(points))
    for limb in limbs[1:]:
        total, fold = _smooth_minimum(total, _rounded_cone_distance(half, limb), _SOFT)
        crease = np.maximum(crease, fold)
    skin, _ = space.distance(points.astype(np.float32))
    # cut the skin off below and beside the bust, and above at the head
    x, y, z = half.T
    ends = np.clip((-15.2 - y) / 1.5, 0, 1) + np.clip((x - 9.8) / 2.0, 0, 1)
    ends += np.clip(y + 10.2, 0, 1) * np.clip(z - 0.5, 0, 1) + np.clip(y + 7.0, 0, 1)
    total, fold = _smooth_minimum(total, np.where(ends < 1.0, skin, 9.0) - _OFFSET + 6.0 * ends, _SOFT_BUST)
    return total, np.maximum(crease, 0.5 * fold)


def _rounded_cone_distance(points: Reals, limb: Limb) -> Reals:
    """Approximate signed distance (N,) of points (N, 3) from a segment with a radius at each end."""
    begin, end, first, last = limb
    along = end - begin
    share = np.clip(((points - begin) @ along) / (along @ along), 0, 1)
    away = np.linalg.norm(points - begin - share[:, None] * along, axis=1)
    return np.asarray(away - first - (last - first) * share)


def _smooth_minimum(a: Reals, b: Reals, width: float) -> tuple[Reals, Reals]:
    """Smooth minimum (N,) of two distances, and the amount of blending (N,), 0 to 1."""
    fold = np.maximum(width - np.abs(a - b), 0.0) / width
    return np.asarray(np.minimum(a, b) - fold * fold * width * 0.25), fold * fold
