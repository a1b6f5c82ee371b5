from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.calibration.calibrator import Calibrator
from bridge.calibration.profile import load_profile
from bridge.calibration.rest import Rest, RestLearner, rest_from
from bridge.observation import GAZE_AXES, POSE_AXES, Observation
from protocol.blendshapes import INDEX

STRAIGHT = np.array([0.0, -0.1, 0.0, 0.01, 0.02, -0.5])
FACE = np.zeros(52)
AHEAD = np.zeros(2)
UNSEEN = np.full(6, np.nan)


def shapes(**values: float) -> np.ndarray:
    array = np.zeros(52)
    for name, value in values.items():
        array[INDEX[name]] = value
    return array


def face(expression: np.ndarray, pose: np.ndarray, gaze: np.ndarray) -> Observation:
    """With what is not NaN of a pose and a gaze."""
    return Observation(
        "test",
        expression=expression,
        pose={name: value for name, value in zip(POSE_AXES, pose, strict=True) if not np.isnan(value)},
        gaze={name: value for name, value in zip(GAZE_AXES, gaze, strict=True) if not np.isnan(value)},
    )


def turned(axis: int, value: float) -> np.ndarray:
    pose = STRAIGHT.copy()
    pose[axis] = value
    return pose


def test_rest_is_known_from_the_first_frame_and_kept_after_the_first_second() -> None:
    learner = RestLearner(load_profile())
    assert learner(face(FACE, STRAIGHT, AHEAD), 3.0).pose.tolist() == STRAIGHT.tolist()
    for frame in range(1, 31):
        learner(face(FACE, STRAIGHT, AHEAD), 3.0 + frame / 30)
    settled = learner(face(FACE, turned(3, 0.09), AHEAD), 4.1)
    assert learner(face(np.ones(52), turned(3, 0.2), AHEAD), 9.0) is settled
    assert settled.pose[3] == 0.01


def test_camera_angle_is_taken_out_but_a_turned_head_is_not() -> None:
    learner = RestLearner(load_profile())
    rest = learner(face(FACE, turned(0, 0.6), AHEAD), 0.0)
    assert rest.pose[0] == 0.0
    assert rest.pose[1] == pytest.approx(-0.1)


def test_time_may_start_anywhere_and_frames_be_far_apart() -> None:
    learner = RestLearner(load_profile())
    first = learner(face(FACE, STRAIGHT, AHEAD), 1e6)
    other = FACE.copy()
    other[INDEX["eyeSquintLeft"]] = 0.5
    assert learner(face(other, STRAIGHT, AHEAD), 1e6 + 60) is first


def test_clock_that_jumps_back_ends_the_learning() -> None:
    learner = RestLearner(load_profile())
    first = learner(face(FACE, STRAIGHT, AHEAD), 1e6)
    assert learner(face(np.ones(52), STRAIGHT, AHEAD), 5.0) is first


def test_a_position_that_is_reported_late_is_learned_then() -> None:
    learner = RestLearner(load_profile())
    assert np.isnan(learner(face(FACE, UNSEEN, AHEAD), 0.0).pose[3:]).all()
    learner(face(FACE, UNSEEN, AHEAD), 2.0)
    rest = learner(face(FACE, STRAIGHT, AHEAD), 3.0)
    assert rest.pose.tolist() == [0.0, 0.0, 0.0, 0.01, 0.02, -0.5]
    assert learner(face(FACE, turned(5, -0.9), AHEAD), 4.0).pose[5] == -0.5


def test_a_profile_without_learning_keeps_its_own_rest() -> None:
    profile = replace(load_profile(), learn_s=0.0)
    learner = RestLearner(profile)
    other = FACE + 0.1
    rest = learner(face(other, STRAIGHT, AHEAD), 0.0)
    assert rest.expression is profile.rest
    assert rest.pose.tolist() == [0.0, 0.0, 0.0, 0.01, 0.02, -0.5]


def test_values_that_no_frame_reports_rest_as_in_the_profile() -> None:
    learner = RestLearner(load_profile())
    for frame in range(3):
        rest = learner(face(np.full(52, np.nan), UNSEEN, np.full(2, np.nan)), frame / 30)
    assert rest.expression[INDEX["eyeBlinkLeft"]] == pytest.approx(0.08)
    assert rest.gaze.tolist() == [0.0, 0.0]


def test_rest_is_a_median_so_that_a_blink_leaves_no_trace() -> None:
    samples = np.tile(shapes(eyeSquintLeft=0.4), (9, 1))
    samples[3:6, INDEX["eyeBlinkLeft"]] = 0.9
    rest = rest_from(list(samples), [], load_profile()).expression
    assert rest[INDEX["eyeSquintLeft"]] == pytest.approx(0.4)
    assert rest[INDEX["eyeBlinkLeft"]] == 0.0


def test_expression_held_from_the_start_is_not_taken_for_rest() -> None:
    profile = load_profile()
    smiling = np.tile(shapes(mouthSmileLeft=0.9, jawOpen=0.6), (5, 1))
    rest = rest_from(list(smiling), [], profile).expression
    value = Calibrator(profile, Rest(rest, STRAIGHT, AHEAD)).expression(smiling[0])
    assert value[INDEX["mouthSmileLeft"]] > 0.8
    assert value[INDEX["jawOpen"]] > 0.6
