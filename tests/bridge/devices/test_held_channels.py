from __future__ import annotations

import pytest

from bridge.devices.held_channels import HeldChannels, Target, read_target
from protocol.codec import check_control

HAPPY, YAW = Target("emotion", "happy"), Target("pose", "yaw")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("happy", Target("emotion", "happy")),
        ("jawOpen", Target("expression", "jawOpen")),
        ("pose.yaw", Target("pose", "yaw")),
        ("gaze.yaw", Target("gaze", "yaw")),
        ("view.distance", Target("view", "distance")),
        ("valence", Target("emotion", "valence")),
    ],
)
def test_channel_names_become_targets(text: str, target: Target) -> None:
    assert read_target(text) == target


def test_unknown_channel_name_is_an_error_message() -> None:
    assert "'smile' is not a channel" in str(read_target("smile"))


@pytest.mark.parametrize(
    ("target", "amount", "value"),
    [
        (HAPPY, 0.5, 0.5),
        (HAPPY, 3.0, 1.0),
        (YAW, 1.0, 0.72),
        (YAW, -0.5, -0.36),
        (Target("view", "distance"), -1.0, 0.58),  # 1 is neutral, 0.3 the limit
        (Target("view", "distance"), 1.0, 2.2),
    ],
)
def test_full_amount_reaches_a_share_of_the_limit(target: Target, amount: float, value: float) -> None:
    assert target.value(amount) == pytest.approx(value)


def test_held_channels_are_repeated_until_they_are_released() -> None:
    held = HeldChannels("pad")
    held.set(HAPPY, 0.8)
    held.set(YAW, 1.0)
    first = held.messages(now_s=10.0, now_ns=1)
    assert [(m.layer, m.weight) for m in first] == [("emotion", 0.8), ("pose", 1.0)]
    assert all(check_control(message) == (message, ()) for message in first)
    assert held.messages(now_s=10.01, now_ns=2) == ()  # nothing new, nothing due
    held.set(YAW, 0.5)
    (moved,) = held.messages(now_s=10.02, now_ns=3)
    assert (moved.layer, moved.values) == ("pose", {"yaw": pytest.approx(0.36)})
    # What is sent again comes well before it would run out.
    again = held.messages(now_s=10.02 + first[0].ttl_s / 2, now_ns=4)
    assert {message.layer for message in again} == {"emotion", "pose"}
    held.set(YAW, 0.0)
    held.release(HAPPY)
    assert held.messages(now_s=11.0, now_ns=5) == ()
