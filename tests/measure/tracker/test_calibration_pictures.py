from __future__ import annotations

from math import radians

import numpy as np
import pytest

from bridge.calibration.session import MIN_SAMPLES
from bridge.calibration.steps import STEPS
from measure.tracker.calibration_pictures import HELD, calibration_pictures
from measure.tracker.webcam_sessions import session_of
from protocol.blendshapes import BLENDSHAPES

PLACE = {step.name: number for number, step in enumerate(STEPS)}


def shown(step: str) -> list[dict[str, float]]:
    """The coefficients that are not 0 in each picture of a step."""
    return [
        {name: float(value) for name, value in zip(BLENDSHAPES, one.articulation, strict=True) if value}
        for kind, one in calibration_pictures(7, 0, 0)
        if kind == PLACE[step]
    ]


def test_every_step_is_held() -> None:
    kinds = [kind for kind, _ in calibration_pictures(7, 0, 0)]
    assert kinds == [number for number in range(len(STEPS)) for _ in range(HELD)]
    assert HELD < MIN_SAMPLES


def test_a_person_shows_what_is_asked_and_almost_as_far_as_possible() -> None:
    assert shown("rest") == [{}] * HELD
    for one in shown("pucker"):
        assert list(one) == ["mouthPucker"]
        assert 0.7 < one["mouthPucker"] <= 1.0
    for one in shown("smile"):
        assert one["mouthSmileLeft"] == one["mouthSmileRight"] > 0.7
        assert one["cheekSquintLeft"] < one["mouthSmileLeft"]
    levels = [one["jawOpen"] for one in shown("open")]
    assert 0.0 < np.ptp(levels) < 0.2
    assert all(set(one) == {"mouthLeft"} for one in shown("side"))


def test_heads_and_eyes_turn_about_as_far_as_asked() -> None:
    for kind, one in calibration_pictures(7, 0, 0):
        step = STEPS[kind]
        axis, angle = step.pose
        if axis:
            assert getattr(one.pose, axis) == pytest.approx(angle, abs=0.35 * angle + 0.08)
        look = dict([step.gaze])
        for axis, value in zip(("yaw", "pitch"), one.gaze, strict=True):
            assert abs(value - look.get(axis, 0.0)) <= radians(10)


def test_light_and_camera_are_those_of_the_session() -> None:
    session = session_of(7, 3, 1)
    for _, one in calibration_pictures(7, 3, 1):
        assert (one.look, one.background, one.view) == (
            session.rest[0].look, session.rest[0].background, session.rest[0].view,
        )  # fmt: skip
