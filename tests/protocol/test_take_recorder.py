"""The recorder without threads: `wait` is a function that plays the other thread's part between two wake-ups."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from protocol.messages import ControlMessage
from protocol.take import Recorded, TakeReader, TakeWriter
from protocol.take_recorder import QUEUE, WRITE_EVERY_S, WRITES_PER_FLUSH, TakeRecorder

BEGIN_NS = 1_700_000_000_000_000_000


def item(index: int) -> Recorded:
    values = {"yaw": index % 100 / 100}
    return Recorded(BEGIN_NS + index * 10**7, ControlMessage(layer="pose", source="cam", values=values))


def recorder_at(path: Path) -> TakeRecorder:
    return TakeRecorder(path, recorded_by="test", begin_time_ns=BEGIN_NS)


def add(recorder: TakeRecorder, added: Recorded) -> bool:
    return recorder.add(added.message, added.receive_time_ns)


def steps(*work: Callable[[], object]) -> Callable[[float], bool]:
    """A `wait` that does one piece of work per wake-up and asks to finish with the last."""
    left = list(work)

    def wait(seconds: float) -> bool:
        assert seconds == WRITE_EVERY_S
        left.pop(0)()
        return not left

    return wait


def contents(path: Path) -> list[Recorded]:
    with TakeReader(path) as take:
        return list(take)


def test_every_added_message_is_in_the_finished_take(tmp_path: Path) -> None:
    recorder = recorder_at(tmp_path / "a.mcap")
    items = [item(index) for index in range(6)]
    recorder.run(
        steps(
            lambda: [add(recorder, each) for each in items[:3]],
            lambda: None,
            lambda: [add(recorder, each) for each in items[3:]],  # in the wake-up that asks to finish
        )
    )
    with TakeReader(tmp_path / "a.mcap") as take:
        assert list(take) == items
        assert take.is_whole
        assert take.metadata["recorded_by"] == "test"
    assert (recorder.added, recorder.dropped, recorder.error) == (6, 0, None)


def test_a_message_is_in_the_file_half_a_second_later_though_no_other_follows(tmp_path: Path) -> None:
    recorder = recorder_at(tmp_path / "a.mcap")
    found: list[Recorded] = []
    recorder.run(
        steps(
            lambda: add(recorder, item(0)),
            *[lambda: None] * (WRITES_PER_FLUSH - 1),
            lambda: found.extend(contents(tmp_path / "a.mcap")),
        )
    )
    assert WRITE_EVERY_S * WRITES_PER_FLUSH <= 0.5
    assert found == [item(0)]


def test_a_full_queue_drops_the_newest_and_counts_them(tmp_path: Path) -> None:
    recorder = recorder_at(tmp_path / "a.mcap")
    accepted = [add(recorder, item(index)) for index in range(QUEUE + 3)]
    assert accepted == [True] * QUEUE + [False] * 3
    assert (recorder.added, recorder.dropped) == (QUEUE, 3)
    recorder.run(steps(lambda: None))
    assert contents(tmp_path / "a.mcap") == [item(index) for index in range(QUEUE)]


def test_a_disk_error_ends_the_writing_and_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = recorder_at(tmp_path / "a.mcap")
    write = TakeWriter.write

    def fail_at_the_second(writer: TakeWriter, message: ControlMessage, receive_time_ns: int) -> None:
        if writer.count:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(writer, message, receive_time_ns)

    monkeypatch.setattr(TakeWriter, "write", fail_at_the_second)
    for index in range(3):
        add(recorder, item(index))
    recorder.run(steps(lambda: None, lambda: pytest.fail("it goes on after an error")))
    assert recorder.error is not None
    assert recorder.error.errno == errno.ENOSPC
    assert not add(recorder, item(3))
    assert recorder.dropped == 1
    assert contents(tmp_path / "a.mcap") == [item(0)]


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        recorder_at(tmp_path / "a.mcap")
    assert (tmp_path / "a.mcap").read_bytes() == b"mine"
