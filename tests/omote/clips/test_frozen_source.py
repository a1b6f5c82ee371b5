from __future__ import annotations

from collections.abc import Iterator

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
            gaze = ControlMessage(layer="gaze", source="video", values={"yaw": 0.5})
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
