from __future__ import annotations

from collections.abc import Iterator

import pytest

from omote.clips.joined_moments import joined_moments
from omote.clips.source import Moment
from protocol.messages import ControlMessage, LayerName
from vision.sound_track import ClipSound


class Played:
    """A source that says these values at these times."""

    fps: float | None = None
    sound: ClipSound | None = None

    def __init__(self, layer: LayerName, name: str, values: dict[float, float | None], end_s: float) -> None:
        self._layer: LayerName = layer
        self._name = name
        self._values = values
        self.expected_s = self.end_s = end_s

    def moments(self) -> Iterator[Moment]:
        for due_s, value in self._values.items():
            said = [] if value is None else [self._message(value)]
            yield Moment(due_s, tuple(said))

    def _message(self, value: float) -> ControlMessage:
        return ControlMessage(layer=self._layer, source=self._name, values={self._name: value}, ttl_s=0.4)

    def remarks(self) -> list[str]:
        return []

    def close(self) -> None: ...


def test_sources_are_merged_by_time_in_their_order() -> None:
    pose = Played("pose", "yaw", {0.0: 0.1, 0.5: 0.2}, 1.0)
    jaw = Played("expression", "jawOpen", {0.0: 0.3, 0.4: None}, 0.4)
    assert [(m.due_s, [x.values for x in m.messages]) for m in joined_moments([pose, jaw])] == [
        (0.0, [{"yaw": 0.1}]),
        (0.0, [{"jawOpen": 0.3}]),
        (0.4, []),
        (0.5, [{"yaw": 0.2}]),
    ]


def test_a_short_examples_mood_stays_and_a_long_one_is_cut() -> None:
    long = Played("pose", "yaw", {0.0: 0.0, 100.0: 0.1, 200.0: 0.2}, 200.0)
    mood = Played("emotion", "happy", {0.0: 0.5, 1.0: None, 2.0: 1.0}, 2.0)
    shown = [
        (m.due_s, x.values["happy"], x.weight, x.ttl_s)
        for m in joined_moments([long], mood, weight=0.5)
        for x in m.messages
        if x.layer == "emotion"
    ]
    assert {due_s: value for due_s, value, _, _ in shown} == {0.0: 0.5, 2.0: 1.0, 100.0: 1.0, 200.0: 1.0}
    assert {(weight, ttl_s) for *_, weight, ttl_s in shown} == {(0.5, 60.0)}

    short = Played("pose", "yaw", {0.0: 0.0}, 1.5)
    assert [m.due_s for m in joined_moments([short], mood)] == pytest.approx([0.0, 0.0])
    later = Played("emotion", "happy", {0.0: 0.5, 1.0: 0.7, 2.0: 1.0}, 2.0)
    assert [m.due_s for m in joined_moments([short], later)] == pytest.approx([0.0, 0.0, 1.0])
