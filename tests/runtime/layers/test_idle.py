"""Idle life: believable, the same for the same seed, and gone where somebody drives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from face.motion import NEUTRAL, Motion
from protocol.blendshapes import INDEX
from protocol.channels import CHANNEL_INDEX, CHANNELS
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.idle import Idle, IdleSettings

DT_S = 1 / 120
BLINK = CHANNEL_INDEX["expression"]["eyeBlinkLeft"]


def live(seconds: float, seed: int = 0, amount: float = 1.0) -> NDArray[np.float32]:
    idle, motion, control = Idle(IdleSettings(amount=amount, seed=seed)), Motion.neutral(), Control()
    return np.array(
        [idle(motion, control, DT_S).values.copy() for _ in range(round(seconds / DT_S))]
    )  # (frames, channels)


def test_the_same_seed_lives_the_same_life() -> None:
    assert live(20.0, seed=4).tobytes() == live(20.0, seed=4).tobytes()
    assert live(20.0, seed=4).tobytes() != live(20.0, seed=5).tobytes()


def test_blinks_are_natural() -> None:
    values = live(300.0)
    lid = values[:, BLINK]
    assert np.array_equal(lid, values[:, CHANNEL_INDEX["expression"]["eyeBlinkRight"]])
    is_closing = (lid > 0.0).astype(int)
    starts = np.flatnonzero(np.diff(is_closing) == 1)
    ends = np.flatnonzero(np.diff(is_closing) == -1)
    durations_s = (ends[: len(starts)] - starts[: len(ends)]) * DT_S
    assert 9 <= len(starts) / 5.0 <= 24  # a minute
    assert durations_s.min() >= 0.10
    assert durations_s.max() <= 0.20
    assert lid.max() == pytest.approx(1.0)
    assert np.diff(starts).std() * DT_S > 0.8  # not a metronome


def test_life_is_small_and_smooth() -> None:
    values = live(60.0)
    moved = np.abs(values - NEUTRAL).max(axis=0)
    for channel, amount in zip(CHANNELS, moved, strict=True):
        if channel.layer == "pose":
            assert amount <= 0.05
        elif channel.layer == "gaze":
            assert amount <= 0.15
        elif channel.name not in ("eyeBlinkLeft", "eyeBlinkRight"):
            assert amount == 0.0
    head = [CHANNEL_INDEX["pose"][name] for name in ("yaw", "pitch", "roll")]
    assert np.abs(np.diff(values[:, head], axis=0)).max() < 0.001
    assert moved[head].min() > 0.005


def test_the_eyes_hold_still_in_the_world_between_saccades() -> None:
    values = live(30.0)
    world = values[:, CHANNEL_INDEX["gaze"]["yaw"]] + values[:, CHANNEL_INDEX["pose"]["yaw"]]
    still = np.abs(np.diff(world)) < 1e-6
    assert still.mean() > 0.8


def test_amount_0_is_still() -> None:
    assert np.array_equal(live(5.0, amount=0.0), np.tile(NEUTRAL, (600, 1)))


def test_life_gives_way_to_a_driver_channel_by_channel() -> None:
    control, layers, motion = Control(), default_layers(), Motion.neutral()
    lids, yaws = [], []
    for number in range(1200):
        message = ControlMessage(layer="pose", source="script", values={"yaw": 0.25})
        control.update([Received(message, 0)], number * DT_S)
        compose(layers, motion, control, DT_S)
        lids.append(float(motion.expression[INDEX["eyeBlinkLeft"]]))
        yaws.append(float(motion.pose[0]))
    assert max(lids) > 0.9
    assert yaws[60:] == pytest.approx([0.25] * len(yaws[60:]))
    assert np.abs(np.diff(yaws)).max() < 0.25 * 1.5 * DT_S / 0.3 + 0.002
