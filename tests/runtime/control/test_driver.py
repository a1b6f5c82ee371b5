"""Driver: which channels it sets, for how long, and with which weight."""

from __future__ import annotations

import numpy as np
import pytest

from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from runtime.control.driver import CLAIM, Driver
from runtime.control.fade import FADE_S, LONGEST_STEP_S

YAW, PITCH, SCALE = (CHANNEL_INDEX["pose"][name] for name in ("yaw", "pitch", "scale"))


def message(layer: str = "pose", **others: object) -> ControlMessage:
    given = {"layer": layer, "source": "script", "values": {"yaw": 0.3}, "ttl_s": 1.0} | others
    return ControlMessage(**given)  # type: ignore[arg-type]


def begun(first: ControlMessage, now_s: float = 0.0) -> Driver:
    driver = Driver()
    driver.begin(first, peer="", now_s=now_s, serial=1, smooth=None, center=None)
    driver.update(first, now_s)
    return driver


def test_only_the_named_channels_are_live() -> None:
    driver = begun(message())
    assert np.flatnonzero(driver.is_live).tolist() == [YAW]
    driver.advance(0.01)
    assert driver.values[YAW] == pytest.approx(0.3)


def test_each_channel_expires_with_its_last_message() -> None:
    driver = begun(message(values={"yaw": 0.3, "pitch": 0.1}))
    assert driver.update(message(values={"yaw": 0.4}), 0.6) is False  # no new channel
    assert driver.expire(0.9) is False
    assert driver.expire(1.1)
    assert np.flatnonzero(driver.is_live).tolist() == [YAW]
    assert driver.expire(1.7)
    assert not driver.is_live.any()


def test_a_driver_of_the_emotion_claims_the_face_unless_it_adds() -> None:
    happy = {"layer": "emotion", "values": {"happy": 1.0}}
    assert begun(message(**happy)).is_live[CLAIM]
    assert not begun(message(mode="add", **happy)).is_live[CLAIM]


def test_the_weight_of_an_expression_moves_at_one_per_fade() -> None:
    smile = {"layer": "expression", "values": {"mouthSmileLeft": 1.0}}
    driver = begun(message(weight=1.0, **smile))
    driver.update(message(weight=0.0, **smile), 0.1)
    for _ in range(10):
        assert driver.advance(FADE_S / 40)
    assert driver.weight == pytest.approx(0.75)
    assert driver.advance(10.0)  # a stall moves it on by one frame only
    assert driver.weight == pytest.approx(0.75 - LONGEST_STEP_S / FADE_S)
    for _ in range(40):
        driver.advance(FADE_S / 40)
    assert driver.weight == 0.0
    assert not driver.advance(FADE_S)


def test_the_weight_of_a_pose_never_turns_the_head_faster_than_two_degrees_a_frame() -> None:
    driver = begun(message(weight=1.0))
    driver.update(message(weight=0.0), 0.1)
    driver.advance(1 / 60)
    assert (1.0 - driver.weight) * 2.4 <= np.radians(2.0) + 1e-6  # yaw's range is 2.4 rad


def test_recentring_subtracts_angles_and_divides_factors() -> None:
    driver = begun(message(values={"yaw": 0.3, "scale": 1.5}))
    center = driver.recenter()
    assert center[[YAW, PITCH, SCALE]] == pytest.approx([0.3, 0.0, 0.5])
    driver.update(message(values={"yaw": 0.5, "scale": 3.0}), 0.1)
    driver.advance(0.01)
    assert driver.values[[YAW, SCALE]] == pytest.approx([0.2, 2.0])
    driver.begin(message(), peer="", now_s=1.0, serial=2, smooth=None, center=center)
    driver.update(message(values={"yaw": 0.3, "scale": 1.5}), 1.0)
    assert driver.values[[YAW, SCALE]] == pytest.approx([0.0, 1.0])


def test_what_is_held_makes_another_driver_the_same_with_the_time_that_is_left() -> None:
    driver = begun(message(values={"yaw": 0.3, "pitch": 0.1}, ttl_s=10.0, priority=4, weight=0.5))
    driver.update(message(values={"yaw": 0.4}, ttl_s=20.0, priority=4, weight=0.5), 1.0)
    sent = driver.held(6.0)
    assert [(one.values, one.ttl_s) for one in sent] == [
        ({"pitch": pytest.approx(0.1)}, 4.0),
        ({"yaw": pytest.approx(0.4)}, 15.0),
    ]
    other = begun(sent[0], 6.0)
    other.update(sent[1], 6.0)
    assert (other.priority, other.wanted_weight, other.source) == (4, 0.5, "script")
    assert other.expire(10.5)
    assert np.flatnonzero(other.is_live).tolist() == [YAW]
    assert driver.held(20.99) == []  # what is about to end is not sent
