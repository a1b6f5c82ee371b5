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


def test_the_lids_are_left_to_others_but_for_a_blink() -> None:
    gestures = GestureMessages(16000, "microphone")
    lids: list[float | None] = []
    for frame in range(120):
        gestures.hear(noise(0.1 if frame < 90 else 0.0), 1.0 if frame < 90 else 0.0)
        for message in gestures.messages()[1:]:
            lids.append(message.values.get("eyeBlinkLeft"))
    assert lids[:90] == [None] * len(lids[:90])
    shut = [lid for lid in lids if lid is not None]
    assert max(shut) > 0.9
    assert shut[-1] == 0.0
    assert lids[-1] is None


def test_at_rest_nothing_is_sent_so_that_the_head_is_left_to_others() -> None:
    gestures = GestureMessages(16000, "microphone")
    gestures.hear(noise(0.0), 0.0)
    assert gestures.messages() == ()


def test_a_long_name_stays_a_valid_one() -> None:
    gestures = GestureMessages(16000, "m" * 64)
    for _ in range(90):
        gestures.hear(noise(0.1), 1.0)
    assert [len(one.source) for one in gestures.messages()] == [64, 64]
