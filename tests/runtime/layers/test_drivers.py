"""The blending of all drivers, against a slow reference that is written from the rules in docs/protocol.md."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from face.motion import NEUTRAL, Motion
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.drivers import settle_drivers


def reference(messages: list[ControlMessage], base: NDArray[np.float32]) -> NDArray[np.float32]:
    """`set` by priority and then by arrival, blended by weight; `add` on top; clipped. (CHANNELS,)"""
    values = base.astype(np.float64)
    for mode in ("set", "add"):
        for message in sorted(messages, key=lambda one: one.priority):  # stable: arrival decides among equals
            if message.mode != mode:
                continue
            for name, value in message.values.items():
                place = CHANNEL_INDEX[message.layer][name]
                if mode == "set":
                    values[place] += message.weight * (value - values[place])
                else:
                    values[place] += message.weight * (value - NEUTRAL[place])
    low, high = (np.array([getattr(channel, end) for channel in CHANNELS]) for end in ("low", "high"))
    return np.clip(values, low, high).astype(np.float32)


@pytest.mark.parametrize("seed", range(12))
def test_drivers_are_blended_as_the_protocol_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    messages = []
    for number in range(int(rng.integers(1, 9))):
        channels = [CHANNELS[place] for place in rng.choice(len(CHANNELS), 40, replace=False)]
        layer = channels[0].layer
        values = {one.name: float(rng.uniform(one.low, one.high)) for one in channels if one.layer == layer}
        mode = "set" if rng.random() < 0.7 else "add"
        messages.append(
            ControlMessage(
                layer=layer,
                source=f"driver {number}",
                values=values,
                mode=mode,
                weight=1.0 if rng.random() < 0.4 else float(rng.random()),
                priority=int(rng.integers(0, 3)),
                ttl_s=60.0,
            )
        )
    base = NEUTRAL + 0.02
    control, motion = Control(), Motion.neutral()
    control.update([Received(message, 0) for message in messages], 0.0)
    settle_drivers(motion, control, 0.0)
    for number in range(1, 241):
        control.update([], number / 60)
        motion.values[:] = base
        assert settle_drivers(motion, control, 1 / 60) is motion
    np.testing.assert_allclose(motion.values, reference(messages, base), atol=2e-6)
