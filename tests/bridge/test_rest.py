from __future__ import annotations

import numpy as np
import pytest

from bridge.calibration import load_profile
from bridge.head_pose import HeadPose
from bridge.rest import RestLearner
from protocol.blendshapes import INDEX

STRAIGHT = HeadPose(0.0, -0.1, 0.0, 1.0, 2.0, -50.0)
FACE = np.zeros(52)


def test_rest_is_known_from_the_first_frame_and_kept_after_the_first_second() -> None:
    learner = RestLearner(load_profile())
    assert learner(FACE, STRAIGHT, 3.0).pose == STRAIGHT
    for frame in range(1, 31):
        learner(FACE, STRAIGHT, 3.0 + frame / 30)
    settled = learner(FACE, STRAIGHT._replace(x_cm=9.0), 4.1)
    assert learner(np.ones(52), STRAIGHT._replace(x_cm=20.0), 9.0) is settled
    assert settled.pose.x_cm == 1.0


def test_camera_angle_is_taken_out_but_a_turned_head_is_not() -> None:
    learner = RestLearner(load_profile())
    rest = learner(FACE, STRAIGHT._replace(yaw=0.6), 0.0)
    assert rest.pose.yaw == 0.0
    assert rest.pose.pitch == pytest.approx(-0.1)


def test_time_may_start_anywhere_and_frames_be_far_apart() -> None:
    learner = RestLearner(load_profile())
    first = learner(FACE, STRAIGHT, 1e6)
    other = FACE.copy()
    other[INDEX["eyeSquintLeft"]] = 0.5
    assert learner(other, STRAIGHT, 1e6 + 60) is first
