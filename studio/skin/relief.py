"""Skin relief: folds, hollows and wrinkles of face and neck, the same for all identities, as shading to paint.

shade, lines = skin_relief(points)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.arrays import Floats, Reals
from studio.noise import value_noise

Polyline = Sequence[tuple[float, float, float]]

#: Folds and hollows of the left half of the mean head: points, half the width, how much darker (+) or lighter (-).
_FOLDS: Final[tuple[tuple[Polyline, float, float], ...]] = (
    (
        ((1.55, -0.1, 11.0), (2.2, -1.2, 10.7), (2.9, -2.5, 10.2), (3.25, -3.7, 9.7)),
        0.34,
        0.50,
    ),  # nose to mouth
    (((1.9, 2.7, 9.6), (2.5, 2.0, 10.0), (3.3, 1.75, 9.9), (4.2, 2.1, 9.3)), 0.36, 0.62),  # under the eye
    (((2.0, 4.7, 9.8), (3.2, 4.85, 9.6), (4.4, 4.5, 8.9)), 0.40, 0.35),  # the lid's fold
    (((0.0, -5.15, 11.0), (1.3, -4.95, 10.7)), 0.30, 0.42),  # under the lower lip
    (((0.0, -1.75, 11.8), (0.0, -2.25, 11.9)), 0.22, 0.22),  # above the upper lip
    (((2.55, -3.55, 10.1), (2.95, -3.8, 9.9)), 0.26, 0.50),  # the mouth's corner
    (((1.35, -0.55, 11.2), (1.75, 0.2, 11.0), (1.7, 0.9, 11.0)), 0.20, 0.40),  # around the nostril
    (((6.3, 4.6, 6.5), (6.2, 6.6, 6.2)), 1.2, 0.14),  # temple
    (((4.6, -2.2, 8.6), (5.4, -0.6, 7.4)), 1.0, 0.16),  # under the cheekbone
    (((3.6, 1.0, 9.8), (5.2, 1.3, 8.2)), 0.8, -0.14),  # cheekbone
    (((0.0, -14.4, 3.9), (0.4, -14.6, 3.9)), 0.75, 0.55),  # the notch over the breastbone
    (
        ((6.1, -4.5, -0.6), (4.9, -8.2, 0.6), (3.0, -11.6, 2.4), (1.2, -14.0, 3.8)),
        0.62,
        -0.30,
    ),  # neck's muscle
    (((5.0, -5.2, 1.4), (3.9, -8.4, 2.6), (2.0, -11.8, 3.4)), 0.60, 0.30),  # in front of it
    (((6.2, -8.0, -1.4), (5.6, -11.2, 0.2), (4.0, -13.4, 2.2)), 0.80, 0.26),  # behind it
    (
        ((1.4, -15.1, 4.4), (4.5, -14.7, 4.0), (8.5, -14.2, 2.2), (11.5, -13.8, 0.2)),
        0.50,
        -0.34,
    ),  # collarbone
    (((3.2, -13.7, 3.0), (6.0, -13.3, 2.0), (9.0, -13.0, 0.4)), 0.75, 0.40),  # the hollow over it
    (((2.0, -16.0, 4.9), (6.0, -15.7, 4.1), (9.5, -15.2, 2.4)), 0.60, 0.22),  # and under it
)
#: Wrinkles of age, in the same form.
_LINES: Final[tuple[tuple[Polyline, float, float], ...]] = (
    (((0.0, 7.5, 11.0), (1.6, 7.75, 10.7), (3.6, 7.55, 9.9)), 0.085, 0.8),
    (((0.0, 8.45, 10.9), (1.8, 8.7, 10.4), (4.0, 8.4, 9.3)), 0.085, 0.9),
    (((0.0, 9.4, 10.5), (1.6, 9.6, 10.1), (3.2, 9.3, 9.4)), 0.08, 0.6),
    (((0.42, 4.9, 11.0), (0.5, 6.2, 10.9)), 0.09, 0.8),
    (((5.0, 3.75, 8.0), (5.7, 4.3, 7.2), (6.2, 4.7, 6.6)), 0.075, 0.8),
    (((5.05, 3.35, 8.0), (5.9, 3.45, 7.0), (6.4, 3.5, 6.2)), 0.075, 0.8),
    (((4.95, 3.0, 8.1), (5.7, 2.5, 7.3), (6.2, 2.1, 6.6)), 0.075, 0.7),
    (((2.3, 2.35, 9.8), (3.3, 2.2, 9.8), (4.4, 2.55, 9.0)), 0.08, 0.7),
    (((1.7, -0.1, 11.0), (2.4, -1.3, 10.6), (3.05, -2.6, 10.1), (3.3, -3.6, 9.7)), 0.13, 1.0),
    (((2.85, -4.0, 9.8), (3.0, -5.2, 9.4)), 0.10, 0.7),
    (((0.0, -9.6, 3.6), (2.8, -9.2, 2.6), (4.6, -8.2, 1.0)), 0.10, 0.6),
    (((0.0, -11.2, 3.6), (2.6, -10.9, 2.8), (4.8, -10.0, 1.0)), 0.10, 0.6),
)


def skin_relief(points: Floats) -> tuple[Reals, Reals]:
    """Shading of folds and wrinkles at points of the mean head.

    Args:
        points: (N, 3) float32.

    Returns:
        Folds (N,), -1 raised to 1 deep, and wrinkles of age (N,), 0..1.
    """
    half = np.stack([np.abs(points[:, 0]), points[:, 1], points[:, 2]], 1)
    # noise makes the lines irregular and the halves of the face asymmetric
    half[:, :2] += 0.35 * (np.stack([value_noise(points / 1.3, seed) for seed in (70, 71)], 1) - 0.5)
    return _summed(half, _FOLDS), np.clip(_summed(half, _LINES), 0, 1)


def points_in_box(columns: Reals, low: Reals, high: Reals) -> NDArray[np.intp]:
    """Indices (M,) of the points inside a box.

    Args:
        columns: (K, N), a coordinate of all points each, which compares several times as fast as (N, K).
        low, high: (K,) corners, outside.
    """
    inside = (columns[0] > low[0]) & (columns[0] < high[0])
    for column, least, most in zip(columns[1:], low[1:], high[1:], strict=True):
        inside &= column > least
        inside &= column < most
    return np.flatnonzero(inside)


def _summed(points: Reals, strokes: Sequence[tuple[Polyline, float, float]]) -> Reals:
    """Sum (N,) of the profiles of strokes at points (N, 3), which are all in the left half."""
    columns = np.ascontiguousarray(points.T)
    total = np.zeros(len(points))
    for line, width, strength in strokes:
        corners = np.array(line)
        low, high = corners.min(0) - 3.5 * width - 1.0, corners.max(0) + 3.5 * width + 1.0
        low[2], high[2] = low[2] - 1.5, high[2] + 1.5
        near = points_in_box(columns, low, high)
        if len(near) == 0:
            continue
        p = points[near, :2]
        nearest, ends = np.full(len(p), np.inf), np.zeros(len(p))
        for k, (a, b) in enumerate(zip(corners[:-1, :2], corners[1:, :2], strict=True)):
            share = np.clip(((p - a) @ (b - a)) / max(float((b - a) @ (b - a)), 1e-9), 0, 1)
            x, y = (p - a - share[:, None] * (b - a)).T
            away = np.sqrt(x * x + y * y)
            ends = np.where(away < nearest, (k + share) / (len(corners) - 1), ends)
            nearest = np.minimum(nearest, away)
        # fade out towards the ends, except an end on the symmetry plane
        fades = np.clip(5.0 * (1.0 - ends), 0, 1) * np.clip(
            5.0 * ends + (3.0 if corners[0, 0] == 0 else 0.0), 0, 1
        )
        total[near] += strength * np.exp(-((nearest / width) ** 2)) * fades
    return total
