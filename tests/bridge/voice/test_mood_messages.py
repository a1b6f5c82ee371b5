from __future__ import annotations

import numpy as np

from bridge.devices.gesture_messages import PRIORITY
from bridge.voice.mood_messages import MOST, VoiceMoodMessages
from protocol.codec import check_control
from tests.bridge.voice.test_voice_mood import HOP, RATE, syllables


def test_a_mood_is_a_weak_driver_of_its_own_and_none_where_all_is_as_usual() -> None:
    mood = VoiceMoodMessages(RATE, "x" * 64)
    seen = []
    for part in (syllables(6.0), syllables(2.0, gain=0.8), syllables(2.0, gain=0.8) * 0.0):
        for at in range(0, len(part), HOP):
            mood.hear(part[at : at + HOP], 1.0 if part.any() else 0.0)
            seen.append(mood.messages())
    assert not any(seen[: 60 * 5])
    louder = [message for messages in seen for message in messages]
    assert louder
    for message in louder:
        assert check_control(message) == (message, ())
        assert (message.layer, message.source, message.priority) == ("emotion", "x" * 59 + "-mood", PRIORITY)
        assert message.values == {"arousal": 1.0}  # and no valence
        assert 0.0 < message.weight <= MOST
    assert np.all(np.diff([message.sequence for message in louder]) == 1)


def test_a_quieter_voice_is_calmer() -> None:
    mood = VoiceMoodMessages(RATE, "me")
    for part in (syllables(6.0), syllables(2.0, gain=0.05)):
        for at in range(0, len(part), HOP):
            mood.hear(part[at : at + HOP], 1.0)
    (message,) = mood.messages()
    assert message.values == {"arousal": -1.0}
    assert mood.arousal < -0.1
