"""The hair as a shell around the skull: an ellipsoid fitted to the head, thicker until it meets the portrait's outline.

skull = fitted_skull(model, vertices)
front, behind = hair_shell(skull, places, person)      # (S, S) from the middle of the head to the hair
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from face.head_model import HeadModel

#: Thickest hair, model units; what stands out farther hangs or stands alone and is no shell.
THICKEST: Final = 4.5
BEHIND: Final = 0.6  # how thick hair is behind a head, against its outline's
_DIRECTIONS: Final = 180
#: From straight up to either side, within which the outline of the picture is that of a head and its hair.
_UPWARDS_RAD: Final = np.deg2rad(100)
_SMOOTHED: Final = 4  # directions
_BROWS: Final = 3.0  # above the eyes, model units
#: An ellipsoid whose axes are so many times those of the mean head, stretched to this one, is not believed.
MOST_UNUSUAL: Final = 1.5
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Skull:
    """An ellipsoid in head space, symmetric about x = 0.

    Attributes:
        centre: its y and z.
        axes: its half axes along x, y and z, model units.
    """

    centre: tuple[float, float]
    axes: tuple[float, float, float]


def fitted_skull(model: HeadModel, vertices: NDArray[np.float32]) -> Skull:
    """Fit an ellipsoid to scalp and forehead by least squares.

    Args:
        vertices: (V, 3) float32, head space.
    """
    points, mean = _bare(model, vertices), _bare(model, model.vertices)
    low, high, mean_low, mean_high = points.min(0), points.max(0), mean.min(0), mean.max(0)
    gain = (high - low) / (mean_high - mean_low)
    # What the head would have if it were the mean one, stretched: a cartoon's may be of no ellipsoid at all.
    usual = _ellipsoid(mean)
    assert usual is not None
    place, size = low + (usual[0] - mean_low) * gain, usual[1] * gain
    found = _ellipsoid(points)
    if found is not None and np.abs(np.log(found[1] / size)).max() < np.log(MOST_UNUSUAL):
        place, size = found
    across, tall, deep = size.tolist()
    return Skull((float(place[1]), float(place[2])), (across, tall, deep))


def _bare(model: HeadModel, vertices: NDArray[np.float32]) -> NDArray[np.float64]:
    """Scalp and forehead (K, 3) of a head."""
    scalp, face = (vertices[np.unique(model.triangles[part])] for part in ("scalp", "face"))
    forehead = face[face[:, 1] > model.eye_centre(vertices, 0)[1] + _BROWS]
    return np.concatenate([scalp, forehead]).astype(np.float64)


def _ellipsoid(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Centre (3,) and half axes (3,) of the ellipsoid through points (K, 3), symmetric about x = 0; None if it is none."""
    x, y, z = points.T
    # a x² + b y² + c z² + d y + e z = 1
    a, b, c, d, e = np.linalg.lstsq(np.stack([x**2, y**2, z**2, y, z], 1), np.ones(len(x)), rcond=None)[0]
    curved = np.array([a, b, c])
    if not (np.isfinite(curved).all() and (curved > 0).all()):
        return None
    centre = np.array([0.0, -d / (2 * b), -e / (2 * c)])
    return centre, np.sqrt((1 + b * centre[1] ** 2 + c * centre[2] ** 2) / curved)


def hair_shell(skull: Skull, places: NDArray[np.float32], person: NDArray[np.bool_]) -> tuple[Field, Field]:
    """How far the hair's surface lies from the middle of the head, in front and behind.

    Args:
        places: (S, S, 3) float32 head-space positions of the picture's pixels at the depth of the skull's centre.
        person: (S, S) where the person is.

    Returns:
        Two of (S, S) float32, model units, 0 outside the shell.
    """
    x, y = places[..., 0], places[..., 1] - skull.centre[0]
    away = np.hypot(x, y)
    angle = np.arctan2(x, y)  # 0 is up
    step = 2 * np.pi / _DIRECTIONS
    grid = (np.arange(_DIRECTIONS, dtype=np.float64) + 0.5) * step - np.pi
    bare = _radius(skull, grid)
    near = person & (away < np.interp(angle, grid, bare, period=2 * np.pi) + THICKEST)
    reach = np.zeros(_DIRECTIONS)
    np.maximum.at(reach, ((angle[near] + np.pi) / step).astype(int) % _DIRECTIONS, away[near])
    hair = np.clip(reach - bare, 0, THICKEST)
    seen = np.abs(grid) < _UPWARDS_RAD
    hair = np.interp(grid, grid[seen], hair[seen])
    hair = gaussian_filter1d(median_filter(hair, 2 * _SMOOTHED + 1, mode="wrap"), _SMOOTHED, mode="wrap")
    thick = np.interp(angle, grid, hair, period=2 * np.pi)
    outline = np.interp(angle, grid, bare, period=2 * np.pi) + thick
    share = np.sqrt(np.maximum(1 - (away / outline) ** 2, 0))
    deep = skull.axes[2]
    return (
        np.asarray((deep + thick) * share, np.float32),
        np.asarray((deep + BEHIND * thick) * share, np.float32),
    )


def _radius(skull: Skull, angle: NDArray[np.floating]) -> NDArray[np.float64]:
    """From the skull's centre to its outline seen from the front, in directions that are 0 upwards."""
    across, high, _ = skull.axes
    return np.asarray(1 / np.hypot(np.sin(angle) / across, np.cos(angle) / high), np.float64)
