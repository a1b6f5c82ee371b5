from __future__ import annotations

import numpy as np
import pytest

from bridge.trackers.rest_code import RestCode
from bridge.trackers.tracker_network import FaceReading
from face.camera import rotation
from vision.tracker_outputs import READ_SHAPES, REST


def reading(code: float, *, yaw: float = 0.0, seen: float = 1.0, blink: float = 0.0) -> FaceReading:
    expression = np.zeros(len(READ_SHAPES))
    expression[READ_SHAPES.index("eyeBlinkLeft")] = blink
    return FaceReading(
        expression=expression,
        gaze=np.zeros((2, 2)),
        turn=rotation(yaw, 0.0, 0.0).astype(np.float64),
        unit=10.0,
        landmarks=np.zeros((478, 2)),
        seen=np.array([1.0, 1.0, 1.0, seen]),
        code=np.full(64, code),
    )


def told() -> np.ndarray:
    """The network's input; what was there before is another person's."""
    return np.full(REST, 7.0, np.float32)


def test_nothing_is_told_before_a_face_was_seen() -> None:
    into = told()
    RestCode(into)
    assert not into.any()


def test_the_mean_of_the_first_second_is_told_and_comes_in_evenly() -> None:
    into = told()
    rest = RestCode(into)
    for number in range(60):
        rest.learn(reading(float(number % 2)), number / 30)
        if number < 7:  # eight pictures until all of it is told
            assert into[-1] == pytest.approx((number + 1) / 8)
            mean = np.mean([k % 2 for k in range(number + 1)])
            assert into[0] == pytest.approx(mean * into[-1])
    assert into[-1] == 1.0
    assert into[0] == pytest.approx(15 / 31)  # pictures 0 to 30
    before = into.copy()
    rest.learn(reading(100.0), 3.0)
    assert np.array_equal(into, before)


@pytest.mark.parametrize("unclear", [{"yaw": 0.8}, {"yaw": -0.8}, {"seen": 0.3}, {"blink": 0.9}])
def test_turned_hidden_and_blinking_faces_tell_nothing(unclear: dict[str, float]) -> None:
    into = told()
    rest = RestCode(into)
    rest.learn(reading(5.0, **unclear), 0.0)
    assert not into.any()
    # the second begins with the first clear face
    rest.learn(reading(1.0), 4.0)
    rest.learn(reading(5.0, **unclear), 4.1)
    rest.learn(reading(1.0), 4.9)
    assert into[0] / into[-1] == pytest.approx(1.0)
    assert into[-1] == pytest.approx(2 / 8)


def test_another_person_can_be_learned() -> None:
    into = told()
    rest = RestCode(into)
    for number in range(8):
        rest.learn(reading(1.0), number / 30)
    rest.forget()
    assert not into.any()
    for number in range(8):
        rest.learn(reading(-2.0), 50 + number / 30)
    assert into[:-1].tolist() == [-2.0] * 64


def test_a_clock_that_jumps_back_ends_learning() -> None:
    into = told()
    rest = RestCode(into)
    rest.learn(reading(1.0), 10.0)
    rest.learn(reading(9.0), 5.0)
    assert into[0] == pytest.approx(1 / 8)
