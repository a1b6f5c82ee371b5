from __future__ import annotations

from math import radians

import numpy as np

from face.limits import HeadLimits
from face.motion import NEUTRAL, Motion
from face.rest import PortraitRest
from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers

DT_S = 1 / 60
YAW = CHANNEL_INDEX["pose"]["yaw"]


class Worn:
    """A head that may turn 20 degrees to either side."""

    at_rest: PortraitRest | None = None
    limits: HeadLimits | None = HeadLimits({"yaw": (-20.0, 20.0)}, NEUTRAL)


def yaws(worn: Worn, wanted: list[float]) -> np.ndarray:
    """The yaw of every frame while a script sends one wanted yaw after the other, each for ten frames."""
    control, layers, motion, seen = Control(), default_layers(worn=worn), Motion.neutral(), []
    for number in range(10 * len(wanted)):
        message = ControlMessage(layer="pose", source="script", values={"yaw": wanted[number // 10]}, ttl_s=9)
        control.update([Received(message, 0)], number * DT_S)
        seen.append(float(compose(layers, motion, control, DT_S).values[YAW]))
    return np.array(seen)


def test_a_driver_that_turns_too_far_stays_inside_and_follows_back() -> None:
    sweep = list(np.sin(np.linspace(0, 2 * np.pi, 80)) * 1.1)
    seen, free = yaws(Worn(), sweep), Worn()
    free.limits = None
    unlimited = yaws(free, sweep)
    assert np.abs(unlimited).max() > 1.0
    assert radians(19) < np.abs(seen).max() <= radians(20)
    small = np.abs(unlimited) < radians(13)
    assert np.allclose(seen[small], unlimited[small], atol=1e-6)


def test_a_small_idle_drift_is_not_changed() -> None:
    free = Worn()
    free.limits = None
    worn, control, other = Worn(), Control(), Control()
    ours, theirs = default_layers(worn=worn), default_layers(worn=free)
    one, two = Motion.neutral(), Motion.neutral()
    for _ in range(300):
        compose(ours, one, control, DT_S)
        compose(theirs, two, other, DT_S)
        assert np.array_equal(one.values, two.values)
