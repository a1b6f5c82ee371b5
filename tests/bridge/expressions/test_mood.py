from __future__ import annotations

import pytest

from bridge.expressions.mood import MoodMessages
from face.emotion_shapes import WEIGHT
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import EMOTIONS
from protocol.messages import ControlMessage


def acted(emotion: str) -> dict[str, float]:
    """The studio's face of an emotion at full strength."""
    return dict(zip(BLENDSHAPES, WEIGHT[EMOTIONS.index(emotion)].tolist(), strict=True))


def moods(values: dict[str, float], seconds: float = 3.0) -> list[ControlMessage]:
    mood = MoodMessages()
    message = ControlMessage(layer="expression", source="d", values=values, weight=0.5, ttl_s=0.4)
    found = [mood(message, step / 30) for step in range(round(seconds * 30))]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "surprised", "afraid"])
def test_an_acted_emotion_becomes_a_message_that_claims_the_face(emotion: str) -> None:
    found = moods(acted(emotion))
    assert len(found) == 90
    assert {(one.layer, one.source, one.weight, one.ttl_s) for one in found} == {("emotion", "d", 1.0, 1.0)}
    last = found[-1].values
    assert set(last) == set(EMOTIONS)
    assert [name for name, value in last.items() if value > 0.0] == [emotion]
    assert last[emotion] > 0.5


def test_a_calm_face_claims_the_face_as_well() -> None:
    found = moods(dict.fromkeys(BLENDSHAPES, 0.0))
    assert {one.weight for one in found} == {1.0}
    assert {value for one in found for value in one.values.values()} == {0.0}


def test_halves_of_a_face_from_two_drivers_are_seen_together() -> None:
    mood = MoodMessages()
    face = acted("sad")
    halves = [
        {name: value for name, value in face.items() if name.startswith(("brow", "eye")) is is_upper}
        for is_upper in (True, False)
    ]
    last = None
    for step in range(90):
        for half in halves:
            last = mood(ControlMessage(layer="expression", source="d", values=half), step / 30)
    assert last is not None
    assert last.values["sad"] > 0.5


def test_other_layers_and_additions_say_nothing() -> None:
    mood = MoodMessages()
    assert mood(ControlMessage(layer="pose", source="d", values={"yaw": 0.1}), 0.0) is None
    add = ControlMessage(layer="expression", source="d", values={"jawOpen": 0.1}, mode="add")
    assert mood(add, 0.0) is None
