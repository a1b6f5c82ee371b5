"""Observations made by hand; the expected numbers are the definitions of docs/naming.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.calibration.profile import load_profile
from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.codec import check_control
from protocol.messages import ControlMessage

PHONE = load_profile(tracker="a phone")


def seen(*, expression: dict[str, float] | None = None, **rest: Any) -> Observation:
    coefficients = np.full(52, np.nan)
    for name, value in (expression or {}).items():
        coefficients[INDEX[name]] = value
    return Observation(source="phone", expression=coefficients, **rest)


def messages(observation: Observation, **options: Any) -> dict[str, ControlMessage]:
    face = SourceMessages(options.pop("profile", PHONE), source="me", **options)
    return {message.layer: message for message in face(observation, time_s=0.0, capture_time_ns=7)}


def test_arkit_values_pass_unchanged() -> None:
    made = messages(seen(expression={"jawOpen": 0.5, "tongueOut": 1.0}, pose={"yaw": 0.35, "roll": -0.1}))
    assert made["expression"].values == {"jawOpen": 0.5, "tongueOut": 1.0}
    assert made["pose"].values == pytest.approx({"yaw": 0.35, "roll": -0.1})
    assert set(made) == {"expression", "pose"}
    assert {message.capture_time_ns for message in made.values()} == {7}
    assert {message.source for message in made.values()} == {"me"}


def test_unreported_layers_are_not_sent() -> None:
    assert messages(seen()) == {}
    assert messages(seen(is_face=True, pose={"yaw": float("nan")})) == {}


def test_position_is_relative_to_the_start() -> None:
    face = SourceMessages(PHONE, source="me", layers=("pose",))
    face(seen(pose={"x": 0.3, "y": 1.1, "z": -0.6}), time_s=0.0)
    for step in range(1, 40):
        (moved,) = face(seen(pose={"x": 0.3, "y": 1.1, "z": -0.6}), time_s=step / 30)
    assert moved.values == pytest.approx({"x": 0.0, "y": 0.0, "z": 0.0})
    (moved,) = face(seen(pose={"x": 0.3 + 0.09, "y": 1.1, "z": -0.6 - 0.045}), time_s=3.0)
    assert moved.values == pytest.approx({"x": 0.2, "y": 0.0, "z": -0.1})


def test_gaze_is_reported_or_computed_from_eyelook_shapes() -> None:
    looks = {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5}
    made = messages(seen(expression=looks))
    assert made["gaze"].values == pytest.approx({"yaw": 0.30, "pitch": 0.0})
    assert "expression" not in made
    made = messages(seen(expression=looks, gaze={"yaw": -0.2, "pitch": 0.1}))
    assert made["gaze"].values == pytest.approx({"yaw": -0.2, "pitch": 0.1})


def test_emotion_has_its_weight_and_unknown_emotions_are_left_out() -> None:
    made = messages(seen(emotion={"happy": 0.8, "bored": 1.0, "valence": -0.5}, emotion_weight=0.6))
    assert made["emotion"].values == {"happy": 0.8, "valence": -0.5}
    assert made["emotion"].weight == 0.6


def test_mirror_of_the_profile_and_of_the_user_cancel_out() -> None:
    observation = seen(
        expression={"mouthSmileLeft": 0.4, "mouthSmileRight": 0.1}, pose={"yaw": 0.2}, gaze={"yaw": 0.1}
    )
    straight = messages(observation)
    once = messages(observation, mirror=True)
    assert once["expression"].values == {"mouthSmileLeft": 0.1, "mouthSmileRight": 0.4}
    assert once["pose"].values == {"yaw": -0.2}
    assert once["gaze"].values == {"yaw": -0.1}
    assert messages(observation, profile=replace(PHONE, mirror=True)) == once
    assert messages(observation, profile=replace(PHONE, mirror=True), mirror=True) == straight


def test_confused_axes_are_swapped_before_their_gains() -> None:
    swapped = replace(
        PHONE,
        pose_source=np.array([1, 0, 2, 3, 4, 5]),
        pose_gain=np.array([-1.0, 2.0, 1.0, 1.0, 1.0, 1.0]),
    )
    made = messages(seen(pose={"yaw": 0.1, "pitch": 0.3, "roll": 0.0}), profile=swapped)
    assert made["pose"].values == pytest.approx({"yaw": -0.3, "pitch": 0.2, "roll": 0.0})


def test_sequence_rises_by_one_from_its_first() -> None:
    face = SourceMessages(PHONE, source="me", first_sequence=40)
    sent = [face(seen(pose={"yaw": 0.1}), time_s=0.0)[0].sequence for _ in range(3)]
    assert sent == [40, 41, 42]


NUMBER = st.floats(allow_nan=True, allow_infinity=False, width=32)


@given(st.lists(NUMBER, min_size=68, max_size=68))
def test_runtime_accepts_the_messages_of_any_observation(numbers: list[float]) -> None:
    axes = ("yaw", "pitch", "roll", "x", "y", "z")
    observation = Observation(
        source="wild",
        expression=np.array(numbers[: len(BLENDSHAPES)]),
        pose=dict(zip(axes, numbers[52:58], strict=True)),
        gaze={"yaw": numbers[58], "pitch": numbers[59]},
        emotion={"happy": numbers[60], "arousal": numbers[61]},
    )
    for profile in (PHONE, load_profile()):
        for message in SourceMessages(profile, source="wild")(observation, time_s=0.0):
            assert check_control(message) == (message, ())
