"""Limits against the table of channels and the pairs that exclude each other."""

from __future__ import annotations

import numpy as np
import pytest

from face.motion import NEUTRAL, Motion
from protocol.blendshapes import INDEX
from protocol.channels import CHANNELS
from runtime.control.control import Control
from runtime.layers.limits import OPPOSITES, limit


def limited(**shapes: float) -> Motion:
    motion = Motion.neutral()
    for name, value in shapes.items():
        motion.expression[INDEX[name]] = value
    return limit(motion, Control(), 0.0)


def test_every_channel_stays_in_its_range() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        motion = Motion.neutral()
        motion.values[:] = NEUTRAL + rng.uniform(-5, 5, len(CHANNELS))
        limit(motion, Control(), 0.0)
        for value, channel in zip(motion.values, CHANNELS, strict=True):
            assert np.float32(channel.low) <= value <= np.float32(channel.high), channel
        for yields, wins in OPPOSITES:
            assert motion.expression[INDEX[yields]] + motion.expression[INDEX[wins]] <= 1.0 + 1e-6


def test_a_closed_lid_is_not_wide() -> None:
    assert limited(eyeWideLeft=0.8, eyeBlinkLeft=1.0).expression[INDEX["eyeWideLeft"]] == 0.0


def test_lips_close_no_further_than_the_jaw_is_open() -> None:
    assert limited(mouthClose=0.6, jawOpen=0.2).expression[INDEX["mouthClose"]] == pytest.approx(0.2)


def test_possible_expressions_are_unchanged() -> None:
    shapes = {
        "mouthSmileLeft": 0.6,
        "mouthPucker": 0.3,
        "jawOpen": 0.4,
        "mouthClose": 0.2,
        "eyeWideLeft": 0.5,
    }
    motion = limited(**shapes)
    for name, value in shapes.items():
        assert motion.expression[INDEX[name]] == pytest.approx(value)
