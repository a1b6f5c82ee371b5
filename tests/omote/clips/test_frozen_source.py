from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest

from omote.clips.frozen_source import EVERY_S, FrozenSource
from omote.clips.source import Moment
from protocol.messages import ControlMessage


class Nodding:
    """Two seconds: yaw is the time; the gaze comes once, at the beginning."""

    fps: float | None = 10.0
    expected_s = 2.0
    end_s = 0.0
    sound = None

    def __init__(self) -> None:
        self.read = 0
        self.is_closed = False

    def moments(self) -> Iterator[Moment]:
        for number in range(20):
            self.read = number
            gaze = ControlMessage(layer="gaze", source="video", values={"yaw": 0.5}, ttl_s=5.0)
            nod = ControlMessage(layer="pose", source="video", values={"yaw": number / 10})
            yield Moment(number / 10, (gaze, nod) if number == 0 else (nod,))
        self.end_s = 2.0

    def remarks(self) -> list[str]:
        return ["half of it was not read"]

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(("at_s", "yaw"), [(0.0, 0.0), (0.75, 0.7), (9.0, 1.9)])
def test_the_face_stays_as_at_the_moment_for_the_whole_length(at_s: float, yaw: float) -> None:
    source = Nodding()
    frozen = FrozenSource(source, at_s)
    moments = list(frozen.moments())
    assert {tuple((one.layer, one.values["yaw"]) for one in moment.messages) for moment in moments} == {
        (("gaze", 0.5), ("pose", yaw))
    }
    assert [moment.due_s for moment in moments] == pytest.approx([EVERY_S * k for k in range(21)])
    assert (frozen.end_s, frozen.fps, frozen.remarks()) == (2.0, 10.0, [])
    assert source.read == min(19, int(10 * at_s) + 1)  # no further than it must
    frozen.close()
    assert source.is_closed


def test_messages_outlive_the_time_until_they_are_repeated() -> None:
    for moment in FrozenSource(Nodding(), 1.0).moments():
        assert all(message.ttl_s > EVERY_S for message in moment.messages)


class Told:
    """Moments as given; its header says no length, as a browser's recording."""

    fps: float | None = None
    expected_s = 0.0
    end_s = 0.0
    sound = None

    def __init__(self, *moments: Moment) -> None:
        self._moments = moments

    def moments(self) -> Iterator[Moment]:
        for moment in self._moments:
            self.end_s = moment.due_s
            yield moment

    def remarks(self) -> list[str]:
        return []

    def close(self) -> None:
        pass


def test_a_source_of_unknown_length_is_read_to_its_end() -> None:
    nod = ControlMessage(layer="pose", source="video", values={"yaw": 0.5})
    frozen = FrozenSource(Told(*(Moment(k / 10, (nod,)) for k in range(31))), 1.0)
    assert [*frozen.moments()][-1].due_s == pytest.approx(3.0)
    assert frozen.end_s == pytest.approx(3.0)


def test_all_that_moves_the_face_at_the_moment_stays_and_what_has_ended_does_not() -> None:
    def moved(channel: str, mode: Literal["set", "add"] = "set", ttl_s: float = 9.0) -> ControlMessage:
        return ControlMessage(layer="pose", source="one", values={channel: 0.1}, mode=mode, ttl_s=ttl_s)

    over, yaw, pitch, added = moved("roll", ttl_s=0.5), moved("yaw"), moved("pitch"), moved("yaw", "add")
    source = Told(Moment(0.0, (over, yaw)), Moment(0.5, (pitch,)), Moment(1.0, (added,)))
    for moment in FrozenSource(source, 1.0).moments():
        assert [(one.mode, *one.values) for one in moment.messages] == [
            ("set", "yaw"),
            ("set", "pitch"),
            ("add", "yaw"),
        ]
