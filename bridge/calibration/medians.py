"""Medians: the median of the observations of one calibration step, and what counts as a movement between two.

rest, turned = medians_of(samples["rest"]), medians_of(samples["turn"])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.observation import GAZE_AXES, POSE_AXES, Observation

FloatArray = NDArray[np.float64]

#: A shape or angle that changed less than this did not move, or the tracker does not see it.
MOVED: Final = 0.15
MOVED_RAD: Final = 0.05
ANGLES: Final = POSE_AXES[:3]


@dataclass(frozen=True, slots=True, eq=False)
class Medians:
    """The medians of one step: expression (52,), pose (3,) radians, gaze (2,) radians; NaN = never reported."""

    expression: FloatArray
    pose: FloatArray
    gaze: FloatArray


def expressions_of(samples: Sequence[Observation]) -> FloatArray:
    """Stack the expressions: (T, 52) float64, 0..1; NaN = not reported."""
    return np.array([sample.expression for sample in samples])


def medians_of(samples: Sequence[Observation]) -> Medians:
    """Compute the medians over some observations, ignoring values that are not reported."""
    poses = np.array([[sample.pose.get(axis, np.nan) for axis in ANGLES] for sample in samples])
    gazes = np.array([[sample.gaze.get(axis, np.nan) for axis in GAZE_AXES] for sample in samples])
    return Medians(
        percentiles(expressions_of(samples), 50.0), percentiles(poses, 50.0), percentiles(gazes, 50.0)
    )


def percentiles(values: FloatArray, percent: float) -> FloatArray:
    """Return the percentile (N,) of each column of (T, N), ignoring NaN; NaN for a column without values."""
    found = np.full(values.shape[1], np.nan)
    is_known = ~np.isnan(values).all(axis=0)
    if is_known.any():
        found[is_known] = np.nanpercentile(values[:, is_known], percent, axis=0)
    return found
