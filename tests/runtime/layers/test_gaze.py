"""Gaze for drivers that only move the eyeLook shapes."""

from __future__ import annotations

import pytest

from face.eyeballs import LOOK_DOWN_RAD
from face.motion import Motion
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.gaze import SIDEWAYS_RAD
from runtime.layers.idle import IdleSettings


def gaze_of(*messages: ControlMessage, seconds: float = 0.8) -> tuple[list[float], float]:
    """The gaze at the end, and the steepest step on the way."""
    control, layers, motion = Control(), default_layers(IdleSettings(amount=0.0)), Motion.neutral()
    steepest, before = 0.0, 0.0
    for number in range(round(seconds * 60)):
        control.update([Received(message, 0) for message in messages], number / 60)
        compose(layers, motion, control, 1 / 60)
        steepest = max(steepest, abs(float(motion.gaze[0]) - before))
        before = float(motion.gaze[0])
    return motion.gaze.tolist(), steepest


def looks(**values: float) -> ControlMessage:
    return ControlMessage(layer="expression", source="phone", values=values)


def test_both_eyes_to_the_subjects_left_is_a_positive_yaw() -> None:
    gaze, steepest = gaze_of(looks(eyeLookOutLeft=0.5, eyeLookInRight=0.5))
    assert gaze == pytest.approx([0.5 * SIDEWAYS_RAD, 0.0])
    assert steepest < 0.05


def test_down_is_negative_and_crossed_eyes_look_ahead() -> None:
    gaze, _ = gaze_of(looks(eyeLookDownLeft=1.0, eyeLookDownRight=1.0, eyeLookInLeft=0.4, eyeLookInRight=0.4))
    assert gaze == pytest.approx([0.0, -LOOK_DOWN_RAD])


def test_a_driver_of_the_gaze_comes_first() -> None:
    own = ControlMessage(layer="gaze", source="script", values={"yaw": -0.2})
    gaze, _ = gaze_of(looks(eyeLookOutLeft=0.5, eyeLookInRight=0.5), own)
    assert gaze == pytest.approx([-0.2, 0.0])


def test_other_shapes_leave_the_gaze_alone() -> None:
    gaze, _ = gaze_of(looks(jawOpen=1.0))
    assert gaze == [0.0, 0.0]
