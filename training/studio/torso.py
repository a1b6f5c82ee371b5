"""Torso: shoulders, arms and chest under clothes, as a distance in space; the source's bust ends at the collarbones.

torso = Torso(space, shoulders=20.0, bulk=1.0)
points = torso.surface(directions)     # where rays from its middle leave it
"""

from __future__ import annotations

from typing import Final

import numpy as np

from training.studio.head_space import HeadSpace
from training.studio.noise import Reals

#: Where the rays begin, head space: in the chest, under the neck's axis.
MIDDLE: Final = np.array([0.0, -25.0, -1.5])
#: How far clothes keep from the skin, and how softly limbs and skin become one.
_OFFSET, _SOFT = 0.34, 2.6
#: Rays end here.
_FAR: Final = 34.0


class Torso:
    """A body as wide at the shoulders as `shoulders` (half, with arms), its limbs `bulk` times as thick as usual."""

    def __init__(self, space: HeadSpace, *, shoulders: float, bulk: float) -> None:
        self._space = space
        arm = shoulders - 4.5 * bulk
        # begin, end, radius at the begin, at the end; the right half is mirrored
        self._limbs = tuple(
            (np.array(a), np.array(b), ra, rb)
            for a, b, ra, rb in (
                ((4.2, -15.2, -3.4), (arm - 0.3, -19.7, -2.6), 3.0 + 0.7 * bulk, 3.7 * bulk),  # trapezius
                ((arm, -20.5, -2.4), (arm + 0.9, -38.0, -1.4), 4.5 * bulk, 4.1 * bulk),  # deltoid, arm
                ((4.6, -22.5, -1.6), (4.2, -40.0, -0.8), 6.2 + 1.6 * bulk, 5.6 + 1.8 * bulk),  # chest
                ((5.2, -25.5, 3.0), (5.0, -27.5, 3.6), 4.0 * bulk, 4.4 * bulk),
            )
        )

    def distance(self, points: Reals) -> tuple[Reals, Reals]:
        """Distance (N,) of points (N, 3) from where cloth lies, and how deep a crease is there (N,), 0..1."""
        half = np.stack([np.abs(points[:, 0]), points[:, 1], points[:, 2]], 1)
        total, crease = _capsule(half, *self._limbs[0]), np.zeros(len(points))
        for limb in self._limbs[1:]:
            total, fold = _melted(total, _capsule(half, *limb), _SOFT)
            crease = np.maximum(crease, fold)
        skin, _ = self._space.distance(points.astype(np.float32))
        # the bust ends below and at the sides; the head above is no torso
        x, y, z = half.T
        ends = np.clip((-15.2 - y) / 1.5, 0, 1) + np.clip((x - 9.8) / 2.0, 0, 1)
        ends += np.clip(y + 10.2, 0, 1) * np.clip(z - 0.5, 0, 1) + np.clip(y + 7.0, 0, 1)
        total, fold = _melted(total, np.where(ends < 1.0, skin, 9.0) - _OFFSET + 6.0 * ends, 1.6)
        return total, np.maximum(crease, 0.5 * fold)

    def surface(self, directions: Reals) -> tuple[Reals, Reals]:
        """Where rays along unit directions (N, 3) leave the body (N, 3), and how deep a crease is there (N,)."""
        low, high = np.full(len(directions), 4.0), np.full(len(directions), _FAR)
        below, above = -np.ones(len(directions)), np.ones(len(directions))
        for step in range(11):
            share = 0.5 if step < 6 else np.clip(below / (below - above), 0.05, 0.95)
            middle = low + share * (high - low)
            distance, crease = self.distance(MIDDLE + middle[:, None] * directions)
            inside = distance < 0
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
            below, above = np.where(inside, distance, below), np.where(inside, above, distance)
        radius = low + (high - low) * np.clip(below / (below - above), 0, 1)
        return MIDDLE + radius[:, None] * directions, crease

    def outside(self, points: Reals, margin: float) -> Reals:
        """Points (N, 3), moved outwards where they are nearer than `margin`."""
        away = points - MIDDLE
        length = np.linalg.norm(away, axis=1, keepdims=True)
        skin, _ = self.surface(away / length)
        return np.asarray(
            MIDDLE
            + away / length * np.maximum(length, np.linalg.norm(skin - MIDDLE, axis=1, keepdims=True) + margin)
        )


def _capsule(points: Reals, begin: Reals, end: Reals, first: float, last: float) -> Reals:
    """Distance from a limb that is a line with a radius at each end."""
    along = end - begin
    share = np.clip(((points - begin) @ along) / (along @ along), 0, 1)
    return np.asarray(
        np.linalg.norm(points - begin - share[:, None] * along, axis=1) - first - (last - first) * share
    )


def _melted(a: Reals, b: Reals, width: float) -> tuple[Reals, Reals]:
    """The nearer of both, rounded where they meet, and how much it was rounded, 0..1."""
    fold = np.maximum(width - np.abs(a - b), 0.0) / width
    return np.asarray(np.minimum(a, b) - fold * fold * width * 0.25), fold * fold
