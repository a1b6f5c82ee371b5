"""Rest: the values that one tracker reports for one person's neutral face, learned at the start of a session.

learner = RestLearner(profile)
rest = learner(observation, time_s)  # settles within the first second
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile
from bridge.observation import GAZE_AXES, POSE_AXES, Observation

FloatArray = NDArray[np.float64]

#: Enough for a second of any camera; further samples are ignored.
MAX_SAMPLES: Final = 120
_PLACES: Final = frozenset(POSE_AXES[3:])


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """A person's rest.

    Attributes:
        expression: (52,) float64, as the tracker reports them, protocol order.
        pose: (6,) head angles, radians, and position, metres, at rest; NaN = position not reported yet.
        gaze: (2,) radians, for trackers that report a direction.
    """

    expression: FloatArray
    pose: FloatArray
    gaze: FloatArray


def rest_of(profile: CalibrationProfile) -> Rest:
    """Return the profile's rest, before this person was seen."""
    return Rest(profile.rest, profile.pose_rest, profile.gaze_rest)


def rest_from(
    expressions: Sequence[FloatArray],
    poses: Sequence[FloatArray],
    profile: CalibrationProfile,
    gazes: Sequence[FloatArray] = (),
) -> Rest:
    """Compute rest as the median of some frames, within the profile's limits.

    The median ignores a blink among the frames. Angles beyond the limit mean a turned head, not a tilted camera, and
    are not subtracted; position is always relative to rest.

    Args:
        expressions: (52,) float64 each, as reported; NaN = not reported in that frame.
        poses: (6,) each, radians and metres; NaN likewise.
        profile: has the limits, and rest where nothing was reported.
        gazes: (2,) each, radians; NaN likewise.
    """
    known = rest_of(profile)
    expression = _median(expressions, known.expression)
    return Rest(
        expression=np.minimum(expression, np.maximum(profile.learn, profile.rest)),
        pose=_within(_median(poses, known.pose), known.pose, profile.pose_learn),
        gaze=_within(_median(gazes, known.gaze), known.gaze, profile.gaze_learn),
    )


class RestLearner:
    """Learns rest during the first `learn_s` seconds with a face, then keeps it.

    It returns an estimate from the first frame on and refines it with every frame, so that the face does not jump
    when learning ends. A position that is reported for the first time later is learned then.
    """

    def __init__(self, profile: CalibrationProfile, rest: Rest | None = None) -> None:
        """Begin to learn.

        Args:
            profile: has the limits and the learning time.
            rest: known beforehand; then only positions that it lacks are learned.
        """
        self._profile = profile
        self._rest = rest or rest_of(profile)
        self._begin_s: float | None = None
        self._is_settled = rest is not None or profile.learn_s == 0.0
        self._samples: list[tuple[FloatArray, FloatArray, FloatArray]] = []
        self._lacks_place = True

    def __call__(self, face: Observation, time_s: float) -> Rest:
        """Add one frame of a tracked face; return the current rest, the same object while it is unchanged.

        Args:
            face: the observation.
            time_s: now, seconds, any clock.
        """
        if self._begin_s is None:
            self._begin_s = time_s
        if not self._is_settled:
            # A backward jump of the clock also ends learning, which would otherwise go on for long.
            is_over = not 0.0 <= time_s - self._begin_s <= self._profile.learn_s
            if not is_over and len(self._samples) < MAX_SAMPLES:
                self._samples.append(
                    (face.expression, _array(face.pose, POSE_AXES), _array(face.gaze, GAZE_AXES))
                )
                expressions, poses, gazes = zip(*self._samples, strict=True)
                self._rest = rest_from(expressions, poses, self._profile, gazes)
            if is_over:
                self._is_settled = True
                self._samples = []
        if self._lacks_place and self._is_settled and not _PLACES.isdisjoint(face.pose):
            missing = np.isnan(self._rest.pose)
            if missing.any():
                place = np.where(missing, _array(face.pose, POSE_AXES), self._rest.pose)
                self._rest = replace(self._rest, pose=place)
            self._lacks_place = bool(np.isnan(self._rest.pose).any())
        return self._rest


def _array(values: Mapping[str, float], names: tuple[str, ...]) -> FloatArray:
    return np.array([values.get(name, np.nan) for name in names])


def _median(samples: Sequence[FloatArray], otherwise: FloatArray) -> FloatArray:
    """Return the median of each column, ignoring NaN; `otherwise` for a column without values."""
    if not samples:
        return otherwise
    stacked = np.array(samples)
    is_known = ~np.isnan(stacked).all(axis=0)
    middle = otherwise.copy()
    if is_known.any():
        known = stacked[:, is_known]
        # nanmedian takes several times as long as median, and most trackers report the same names in every frame.
        median = np.nanmedian if np.isnan(known).any() else np.median
        middle[is_known] = median(known, axis=0)
    return middle


def _within(middle: FloatArray, known: FloatArray, limit: FloatArray) -> FloatArray:
    """Replace values further than `limit` from `known` by `known`; a NaN in `known` accepts any value."""
    return np.where(np.abs(middle - known) > limit, known, middle)
