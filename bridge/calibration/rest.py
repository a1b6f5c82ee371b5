"""Rest: what one person looks like to one tracker when nothing moves, learned as they begin.

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

#: Enough for a second of any camera; what comes faster is not looked at.
MAX_SAMPLES: Final = 120
_PLACES: Final = frozenset(POSE_AXES[3:])


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """A person's rest.

    Attributes:
        expression: (52,) float64, as the tracker reports them, protocol order.
        pose: (6,) the camera's angle, radians, and the head's place, metres; NaN = a place not seen yet.
        gaze: (2,) radians, for trackers that report a direction.
    """

    expression: FloatArray
    pose: FloatArray
    gaze: FloatArray


def rest_of(profile: CalibrationProfile) -> Rest:
    """Rest as the profile says it, before anything was seen of this person."""
    return Rest(profile.rest, profile.pose_rest, profile.gaze_rest)


def rest_from(
    expressions: Sequence[FloatArray],
    poses: Sequence[FloatArray],
    profile: CalibrationProfile,
    gazes: Sequence[FloatArray] = (),
) -> Rest:
    """The median of some frames, as far as the profile believes it; NaN = not reported in that frame.

    A median, so that a blink among the frames leaves no trace. Angles beyond the profile's limit are a head
    that is turned, not a camera that stands askew, and stay in the pose; place is always relative.
    """
    known = rest_of(profile)
    expression = _median(expressions, known.expression)
    return Rest(
        expression=np.minimum(expression, np.maximum(profile.learn, profile.rest)),
        pose=_within(_median(poses, known.pose), known.pose, profile.pose_learn),
        gaze=_within(_median(gazes, known.gaze), known.gaze, profile.gaze_learn),
    )


class RestLearner:
    """Learns rest from the first moments in which a face is seen, then keeps it.

    It gives an answer from the first frame on and moves it a little with each, so that nothing jumps when
    the time is over. A place that is reported for the first time later is learned then.
    """

    def __init__(self, profile: CalibrationProfile, rest: Rest | None = None) -> None:
        """Args:
        rest: known beforehand; then nothing is learned but a place that it does not say.
        """
        self._profile = profile
        self._rest = rest or rest_of(profile)
        self._begin_s: float | None = None
        self._is_settled = rest is not None or profile.learn_s == 0.0
        self._samples: list[tuple[FloatArray, FloatArray, FloatArray]] = []
        self._lacks_place = True

    def __call__(self, face: Observation, time_s: float) -> Rest:
        """Take one frame of a tracked face, and say what rest is by now; the same object while it stays.

        Args:
            time_s: any clock.
        """
        if self._begin_s is None:
            self._begin_s = time_s
        if not self._is_settled:
            # A clock that jumps back must not keep this going for ever.
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
    """Per column, over the frames that know it; where none does, `otherwise`."""
    if not samples:
        return otherwise
    stacked = np.array(samples)
    is_known = ~np.isnan(stacked).all(axis=0)
    middle = otherwise.copy()
    if is_known.any():
        known = stacked[:, is_known]
        # numpy's median that knows of NaN takes several times as long, and trackers seldom change their mind.
        median = np.nanmedian if np.isnan(known).any() else np.median
        middle[is_known] = median(known, axis=0)
    return middle


def _within(middle: FloatArray, known: FloatArray, limit: FloatArray) -> FloatArray:
    """What lies further than `limit` from what is known is no rest; where nothing is known, anything is."""
    return np.where(np.abs(middle - known) > limit, known, middle)
