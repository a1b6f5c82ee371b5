from __future__ import annotations

from itertools import repeat

import numpy as np
import pytest

from bridge.calibration.lines_guide import LinesGuide
from bridge.calibration.session import ATTEMPTS, HOLD_S, MIN_SAMPLES, READY_S, StoppedError, run_steps
from bridge.calibration.steps import STEPS
from bridge.observation import Observation


class Person:
    """Does as told: observations come at 30 a second while time passes."""

    def __init__(self, absent: range = range(0)) -> None:
        self.now_s = 0.0
        self.taken_s = 0.0
        self.said: list[str] = []
        self.absent = absent  # whole seconds in which no face is seen
        self.stop_s = float("inf")

    def wait(self, seconds: float) -> bool:
        self.now_s += seconds
        return self.now_s > self.stop_s

    def drain(self) -> list[Observation]:
        ticks = range(int(self.taken_s * 30), int(self.now_s * 30))
        self.taken_s = self.now_s
        return [
            Observation("a", expression=np.zeros(52), pose={"yaw": 0.0}, receive_time_ns=tick)
            for tick in ticks
            if tick // 30 not in self.absent
        ]

    def steps(self) -> dict[str, list[Observation]]:
        return run_steps(self.drain, guide=LinesGuide(self.said.append), wait=self.wait)


def test_each_step_is_asked_for_and_measured_only_while_it_is_held() -> None:
    person = Person()
    found = person.steps()
    assert list(found) == [step.name for step in STEPS]
    assert [len(samples) for samples in found.values()] == pytest.approx(
        list(repeat(HOLD_S * 30, len(STEPS))), abs=1
    )
    assert person.now_s == pytest.approx(len(STEPS) * (READY_S + HOLD_S))
    first = found["rest"][0].receive_time_ns / 30
    assert first == pytest.approx(READY_S, abs=0.1)
    for step in STEPS:
        assert any(step.ask in line for line in person.said)


def test_a_step_in_which_the_face_was_lost_is_asked_for_again() -> None:
    second = READY_S + HOLD_S
    person = Person(absent=range(int(second), int(2 * second)))
    found = person.steps()
    assert list(found) == [step.name for step in STEPS]
    assert all(len(samples) >= MIN_SAMPLES for samples in found.values())
    assert sum("once more" in line for line in person.said) == 1


def test_without_rest_nothing_more_is_asked() -> None:
    person = Person(absent=range(10**6))
    assert person.steps() == {}
    assert sum("skipped" in line for line in person.said) == 1
    assert person.now_s == pytest.approx(ATTEMPTS * (READY_S + HOLD_S))


def test_the_steps_can_be_stopped_at_any_time() -> None:
    person = Person()
    person.stop_s = 12.0
    with pytest.raises(StoppedError):
        person.steps()
    assert person.now_s < 12.2
