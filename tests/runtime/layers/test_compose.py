"""The order of the layers, and what all of them together make of drivers."""

from __future__ import annotations

import numpy as np

from face.motion import NEUTRAL, Motion
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.idle import IdleSettings

DT_S = 1 / 60
YAW = CHANNEL_INDEX["pose"]["yaw"]


def test_layers_run_in_their_order_and_get_the_time_step() -> None:
    calls: list[tuple[str, float]] = []

    def layer(name: str):  # type: ignore[no-untyped-def]
        def run(motion: Motion, control: Control, dt_s: float) -> Motion:
            calls.append((name, dt_s))
            return motion

        return run

    motion = Motion.neutral()
    assert compose([layer("first"), layer("second")], motion, Control(), 0.25) is motion
    assert calls == [("first", 0.25), ("second", 0.25)]


def test_idle_movement_shows_until_a_driver_of_full_weight_covers_it() -> None:
    control, layers, motion = Control(), default_layers(), Motion.neutral()
    undriven, driven = [], []
    for _ in range(240):
        compose(layers, motion, control, DT_S)
        undriven.append(float(motion.values[YAW]))
    message = ControlMessage(layer="pose", source="script", values={"yaw": 0.4}, ttl_s=60.0)
    control.update([Received(message, 0)], 4.0)
    for number in range(60):
        control.update([], 4.0 + number * DT_S)
        compose(layers, motion, control, DT_S)
        driven.append(float(motion.values[YAW]))
    assert np.ptp(undriven) > 0.005
    assert np.ptp(driven[30:]) < 1e-6
    assert abs(driven[-1] - 0.4) < 1e-6


def test_without_idle_and_drivers_the_motion_is_neutral() -> None:
    motion = Motion.neutral()
    motion.values[:] = 0.3
    compose(default_layers(IdleSettings(amount=0.0)), motion, Control(), DT_S)
    assert np.array_equal(motion.values, NEUTRAL)


def test_extreme_drivers_stay_within_the_ranges_of_all_channels() -> None:
    control, layers, motion = Control(), default_layers(), Motion.neutral()
    messages = []
    for layer, places in CHANNEL_INDEX.items():
        highest = {name: CHANNELS[place].high for name, place in places.items()}
        messages += [
            Received(ControlMessage(layer=layer, source="set", values=highest, ttl_s=60.0), 0),
            Received(ControlMessage(layer=layer, source="add", values=highest, mode="add", ttl_s=60.0), 0),
        ]
    control.update(messages, 0.0)
    low, high = (np.array([getattr(one, end) for one in CHANNELS], np.float32) for end in ("low", "high"))
    for number in range(120):
        control.update([], number * DT_S)
        values = compose(layers, motion, control, DT_S).values
        assert (values >= low).all()
        assert (values <= high).all()
