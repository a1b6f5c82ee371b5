from __future__ import annotations

import numpy as np

from bridge.devices.gesture_messages import PRIORITY, GestureMessages
from protocol.codec import check_control


def noise(level: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0.0, level, 267)


def test_head_and_brows_are_drivers_of_their_own_below_every_other() -> None:
    gestures = GestureMessages(16000, "microphone")
    for _ in range(90):
        gestures.hear(noise(0.1), 1.0)
    head, brows = gestures.messages()
    assert (head.layer, head.source, set(head.values)) == (
        "pose",
        "microphone-head",
        {"yaw", "pitch", "roll"},
    )
    assert (brows.layer, brows.source) == ("expression", "microphone-brows")
    assert "jawOpen" not in brows.values
    assert head.priority == brows.priority == PRIORITY < 0
    for message in (head, brows):
        assert check_control(message) == (message, ())
    (later, _) = gestures.messages()
    assert later.sequence > head.sequence


def test_at_rest_nothing_is_sent_so_that_the_head_is_left_to_others() -> None:
    gestures = GestureMessages(16000, "microphone")
    gestures.hear(noise(0.0), 0.0)
    assert gestures.messages() == ()


def test_a_long_name_stays_a_valid_one() -> None:
    gestures = GestureMessages(16000, "m" * 64)
    for _ in range(90):
        gestures.hear(noise(0.1), 1.0)
    assert [len(one.source) for one in gestures.messages()] == [64, 64]
