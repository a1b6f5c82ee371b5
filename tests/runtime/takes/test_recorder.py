from __future__ import annotations

import errno
import threading
from collections import Counter
from pathlib import Path

import pytest

from protocol.messages import ControlMessage
from protocol.take import TakeReader, TakeWriter
from protocol.take_recorder import QUEUE
from runtime.errors import TakeCommandError
from runtime.intake.inbox import Received
from runtime.takes.recorder import ReceivedRecorder
from tests.waiting import PATIENCE_S, returns


def frame(first: int, count: int) -> list[Received]:
    """The messages that one frame received."""
    return [
        Received(ControlMessage(layer="pose", source=f"cam {index}", values={"yaw": 0.1}), index * 10**6)
        for index in range(first, first + count)
    ]


class Drops:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.details: list[str] = []

    def __call__(self, reason: str, detail: str) -> None:
        self.counts[reason] += 1
        self.details.append(detail)


def test_the_messages_of_all_frames_are_in_the_take(tmp_path: Path) -> None:
    drops = Drops()
    recorder = ReceivedRecorder(tmp_path / "a.mcap", drops)
    for first in (1, 4, 7):
        recorder.add(frame(first, 3))
    assert recorder.count == 9
    recorder.close()
    recorder.close()
    with TakeReader(tmp_path / "a.mcap") as take:
        assert [Received(message, at_ns) for at_ns, message in take] == frame(1, 9)
        assert take.is_whole
        assert take.metadata["recorded_by"] == "omote run"
    assert not drops.counts


def test_a_file_that_cannot_be_created_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(TakeCommandError, match="--takes"):
        ReceivedRecorder(tmp_path / "missing" / "a.mcap", Drops())


def test_a_slow_disk_costs_messages_and_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk_is_free = threading.Event()
    write = TakeWriter.write

    def write_when_free(writer: TakeWriter, message: ControlMessage, receive_time_ns: int) -> None:
        disk_is_free.wait(PATIENCE_S)
        write(writer, message, receive_time_ns)

    monkeypatch.setattr(TakeWriter, "write", write_when_free)
    drops = Drops()
    recorder = ReceivedRecorder(tmp_path / "a.mcap", drops)

    def add_more_than_can_wait() -> None:
        for first in range(0, QUEUE + 100, 100):
            recorder.add(frame(first, 100))

    returns(add_more_than_can_wait)  # though the disk takes nothing
    assert drops.counts["take: disk too slow"] >= 1
    assert "a.mcap misses messages" in drops.details
    disk_is_free.set()
    recorder.close()
    with TakeReader(tmp_path / "a.mcap") as take:
        assert len(list(take)) == recorder.count < QUEUE + 100


def test_a_full_disk_is_counted_once_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(writer: TakeWriter, message: ControlMessage, receive_time_ns: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TakeWriter, "write", no_space)
    drops = Drops()
    recorder = ReceivedRecorder(tmp_path / "a.mcap", drops)
    recorder.add(frame(1, 1))
    recorder.close()
    recorder.add(frame(2, 1))
    assert recorder.failure.endswith(
        "could not be written further (No space left on device); free some space"
    )
    assert drops.counts == {"take: not written": 1}
