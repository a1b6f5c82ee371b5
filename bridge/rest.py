"""Rest: what one person looks like to one tracker when nothing moves, learned as they begin.

learner = RestLearner(profile)
rest = learner(blendshapes, pose, time_s)  # settles within the first second
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration import CalibrationProfile, learned_rest
from bridge.head_pose import HeadPose

LEARN_S: Final = 1.0
NO_POSE: Final = HeadPose(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """A person's rest.

    Attributes:
        blendshapes: (52,) float64, as the tracker reports them, protocol order.
        pose: the head's place and the camera's angle.
    """

    blendshapes: NDArray[np.float64]
    pose: HeadPose


def rest_from(
    blendshapes: Sequence[NDArray[np.float64]], poses: Sequence[HeadPose], profile: CalibrationProfile
) -> Rest:
    """The median of some frames, as far as the profile believes it.

    A median, so that a blink among the frames leaves no trace. Angles beyond the profile's limit are a head
    that is turned, not a camera that stands askew, and stay in the pose; place is always relative.
    """
    middle = HeadPose(*(float(value) for value in np.median(np.array(poses), axis=0)))
    angles = np.array(middle[:3])
    angles[np.abs(angles) > profile.learn_angle_rad] = 0.0
    return Rest(
        blendshapes=learned_rest(np.array(blendshapes), profile),
        pose=middle._replace(yaw=float(angles[0]), pitch=float(angles[1]), roll=float(angles[2])),
    )


class RestLearner:
    """Learns rest from the first LEARN_S seconds in which a face is seen, then keeps it.

    It gives an answer from the first frame on and moves it a little with each, so that nothing jumps when
    the second is over.
    """

    def __init__(self, profile: CalibrationProfile, rest: Rest | None = None) -> None:
        self._profile = profile
        self._rest = rest
        self._begin_s: float | None = None
        self._is_settled = rest is not None
        self._blendshapes: list[NDArray[np.float64]] = []
        self._poses: list[HeadPose] = []

    def __call__(self, blendshapes: NDArray[np.float64], pose: HeadPose, time_s: float) -> Rest:
        """Take one frame of a tracked face, and say what rest is by now."""
        if self._begin_s is None:
            self._begin_s = time_s
        if self._rest is not None and (self._is_settled or time_s - self._begin_s > LEARN_S):
            self._is_settled = True
            return self._rest
        self._blendshapes.append(blendshapes)
        self._poses.append(pose)
        self._rest = rest_from(self._blendshapes, self._poses, self._profile)
        return self._rest
