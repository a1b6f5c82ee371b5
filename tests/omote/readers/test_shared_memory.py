"""The reader of shared memory against real writers, dead writers, hostile files and the golden rings."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from omote.readers.reader import ReceivedFrame
from omote.readers.shared_memory import SharedMemoryReader
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.shared_memory import SharedMemoryPublisher
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.runtime_folders import linux_only, make_runtime_folder
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data" / "protocol"
RINGS = sorted(path.stem for path in DATA.glob("ring_*.bin"))
posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX files and signals")

#: Publishes as fast as it can; every pixel of frame n is n. Ends when its input does.
WRITER = """
import sys, threading, numpy
from pathlib import Path
from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
publisher = SharedMemoryPublisher(folder=Path(sys.argv[1]))
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
height, width = int(sys.argv[2]), int(sys.argv[3])
number = numpy.empty((height, width), numpy.uint32)
frame_id = 0
while not ended.is_set():
    frame_id += 1
    number.fill(frame_id)
    publisher.publish(Frame(number.view(numpy.uint8).reshape(height, width, 4), frame_id=frame_id))
    if len(sys.argv) > 4:
        ended.wait(float(sys.argv[4]))
publisher.close()
"""


@contextmanager
def writing(folder: Path, *shape: int, pause_s: float | None = None) -> Iterator[subprocess.Popen[bytes]]:
    line = [sys.executable, "-c", WRITER, str(folder), *map(str, shape)]
    line += [] if pause_s is None else [str(pause_s)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.communicate()


def frame(frame_id: int, height: int = 4, width: int = 6) -> Frame:
    pixels = np.full((height, width, 4), frame_id % 256, np.uint8)
    return Frame(pixels, frame_id=frame_id, capture_time_ns=1, receive_time_ns=2, render_time_ns=3)


def assert_whole(received: ReceivedFrame) -> None:
    """Every pixel is of the frame whose id the header names."""
    numbers = np.ascontiguousarray(received.pixels).view(np.uint32)
    assert (numbers == received.frame_id).all()


def read_soon(reader: SharedMemoryReader) -> ReceivedFrame:
    received = reader.read(PATIENCE_S)
    assert received is not None, reader.problem
    return received


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rings"


@pytest.fixture
def reader(folder: Path) -> Iterator[SharedMemoryReader]:
    with closing(SharedMemoryReader(folder=folder)) as opened:
        yield opened


@pytest.fixture
def publisher(folder: Path) -> Iterator[SharedMemoryPublisher]:
    opened = SharedMemoryPublisher(folder=folder)
    yield opened
    opened.close()


def test_the_newest_frame_is_read_once(publisher: SharedMemoryPublisher, reader: SharedMemoryReader) -> None:
    for number in (1, 2):
        publisher.publish(frame(number, height=3, width=5))
    before_ns = time.time_ns()
    received = read_soon(reader)
    assert received.pixels.shape == (3, 5, 4)
    assert (received.pixels == 2).all()
    assert (received.frame_id, received.capture_time_ns, received.receive_time_ns) == (2, 1, 2)
    assert received.render_time_ns == 3
    assert before_ns <= received.arrived_time_ns <= time.time_ns()
    assert reader.read() is None
    assert (reader.problem, reader.torn, reader.refused) == ("", 0, 0)


def test_no_frame_is_torn_while_writer_and_reader_spin(folder: Path, reader: SharedMemoryReader) -> None:
    with writing(folder, 256, 256):
        read_soon(reader)
        ids: list[int] = []
        ends_s = time.monotonic() + PATIENCE_S
        while len(ids) < 300:
            assert time.monotonic() < ends_s
            received = reader.read(0.1)
            if received is not None:
                assert_whole(received)
                ids.append(received.frame_id)
    assert ids == sorted(set(ids))


@posix_only
def test_a_killed_writer_leaves_no_torn_frame_and_its_successor_is_found(
    folder: Path, reader: SharedMemoryReader
) -> None:
    sessions = set()
    for _ in range(3):
        with writing(folder, 512, 512) as process:
            received = read_soon(reader)
            ends_s = time.monotonic() + PATIENCE_S
            while received is None or received.session_id in sessions:
                assert time.monotonic() < ends_s
                received = reader.read(0.2)
            sessions.add(received.session_id)
            process.send_signal(signal.SIGKILL)  # often while it writes a frame
            process.wait()
        while (last := reader.read()) is not None:
            assert_whole(last)
    assert len(sessions) == 3


@posix_only
def test_a_writer_that_died_is_named_and_a_stopped_one_comes_back(
    folder: Path, reader: SharedMemoryReader
) -> None:
    with writing(folder, 8, 8, pause_s=0.01) as process:
        read_soon(reader)
        process.send_signal(signal.SIGSTOP)
        ends_s = time.monotonic() + PATIENCE_S
        while not reader.problem:
            assert time.monotonic() < ends_s
            reader.read(0.2)
        assert "omote run --publish shm" in reader.problem
        assert any("silent" in line for line in reader.take_events())
        process.send_signal(signal.SIGCONT)
        assert_whole(read_soon(reader))
        assert reader.problem == ""


def test_a_frame_that_was_begun_and_never_finished_is_not_shown(folder: Path) -> None:
    publisher = SharedMemoryPublisher(folder=folder)
    for number in (1, 2, 3):
        publisher.publish(frame(number))
    data = bytearray((folder / "omote.1.ring").read_bytes())
    publisher.close()
    (slot_bytes,) = struct.unpack_from("<Q", data, 16)
    at = 128 + 3 % 3 * slot_bytes
    struct.pack_into("<Q", data, at, 2 * 6 - 1)  # frame 6 takes the slot of frame 3, and its writer dies
    struct.pack_into("<q", data, 72, time.time_ns())
    (folder / "omote.7.ring").write_bytes(data)
    with closing(SharedMemoryReader(folder=folder)) as reader:
        assert reader.read(0.05) is None
        assert reader.torn > 0


def test_another_size_and_a_restart_are_followed(folder: Path, reader: SharedMemoryReader) -> None:
    first = SharedMemoryPublisher(folder=folder)
    first.publish(frame(1, height=4, width=6))
    assert read_soon(reader).pixels.shape == (4, 6, 4)
    first.publish(frame(2, height=9, width=2))  # the reader still maps the old segment
    received = read_soon(reader)
    assert (received.frame_id, received.pixels.shape) == (2, (9, 2, 4))
    first.close()
    second = SharedMemoryPublisher(folder=folder)
    second.publish(frame(1, height=9, width=2))
    again = read_soon(reader)
    assert (again.frame_id, again.session_id != received.session_id) == (1, True)
    events = reader.take_events()
    assert [line for line in events if "2 x 9" in line]
    assert [line for line in events if "was replaced" in line or "closed by its publisher" in line]
    assert reader.take_events() == []
    second.close()


def test_many_readers_and_stopped_ones_do_not_disturb_each_other_or_the_writer(folder: Path) -> None:
    publisher = SharedMemoryPublisher(folder=folder)
    publisher.publish(frame(1))
    readers = [SharedMemoryReader(folder=folder) for _ in range(20)]
    for one in readers:
        assert read_soon(one).frame_id == 1
    for number in range(2, 500):  # no reader reads these, and the publisher does not wait
        publisher.publish(frame(number))
    assert {read_soon(one).frame_id for one in readers} == {499}
    for one in readers:
        one.close()
    publisher.close()


# -- the doorbell --------------------------------------------------------------------------------------


def test_the_doorbell_wakes_a_reader(folder: Path) -> None:
    doorbell = Doorbell()
    bells = ZeroMqPublisher(port=0, doorbell=doorbell)
    publisher = SharedMemoryPublisher(folder=folder, doorbell=doorbell)
    endpoint = f"tcp://127.0.0.1:{bells.port}"
    ended = threading.Event()

    def publish() -> None:
        number = 0
        while not ended.wait(0.01):
            number += 1
            publisher.publish(frame(number))
            bells.publish(frame(number))  # handles new subscriptions

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        with closing(SharedMemoryReader(folder=folder, doorbell_endpoint=endpoint)) as reader:
            ends_s = time.monotonic() + PATIENCE_S
            while not reader.is_woken:
                assert time.monotonic() < ends_s, "no doorbell message arrived"
                assert (read_soon(reader).pixels > 0).any()
    finally:
        ended.set()
        thread.join()
        publisher.close()
        bells.close()


# -- hostile files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RINGS)
def test_golden_rings_are_read_as_their_json_says(
    name: str, folder: Path, reader: SharedMemoryReader
) -> None:
    data = bytearray((DATA / f"{name}.bin").read_bytes())
    meaning = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    if len(data) >= 128:
        struct.pack_into("<q", data, 72, time.time_ns())
    folder.mkdir(mode=0o700)
    (folder / "omote.3.ring").write_bytes(data)
    received = reader.read(0.05)
    if meaning.get("frame") is None:
        assert received is None
        if "refused" in meaning:
            assert meaning["refused"] in reader.problem
        return
    assert received is not None
    said = meaning["frame"]
    assert received.frame_id == said["frame_id"]
    assert received.render_time_ns == said["render_time_ns"]
    assert [row.tobytes().hex() for row in received.pixels] == said["rows"]


@posix_only
def test_a_file_that_shrinks_ends_the_reading_and_not_the_reader(
    publisher: SharedMemoryPublisher, reader: SharedMemoryReader, folder: Path
) -> None:
    publisher.publish(frame(1, height=128, width=128))
    read_soon(reader)
    publisher.publish(frame(2, height=128, width=128))
    for size in (70_000, 60, 0):
        os.truncate(folder / "omote.1.ring", size)
        assert reader.read(0.15) is None
    assert reader.refused >= 1
    assert any("was truncated" in line for line in reader.take_events())
    with pytest.raises(PublishError):
        publisher.publish(frame(3, height=128, width=128))
    publisher.close()
    again = SharedMemoryPublisher(folder=folder)
    again.publish(frame(4))
    assert read_soon(reader).frame_id == 4
    again.close()


@posix_only
def test_links_and_pipes_in_the_place_of_a_ring_are_left_alone(
    folder: Path, tmp_path: Path, reader: SharedMemoryReader
) -> None:
    elsewhere = SharedMemoryPublisher(folder=tmp_path / "elsewhere")
    elsewhere.publish(frame(1))
    folder.mkdir(mode=0o700)
    (folder / "omote.9.ring").symlink_to(tmp_path / "elsewhere" / "omote.1.ring")
    os.mkfifo(folder / "omote.8.ring")
    (folder / "omote.7.ring").mkdir()
    assert reader.read(0.05) is None
    publisher = SharedMemoryPublisher(folder=folder)
    publisher.publish(frame(5))
    assert read_soon(reader).frame_id == 5
    for one in (publisher, elsewhere):
        one.close()


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give files away")
def test_another_user_s_folder_is_not_read(folder: Path, reader: SharedMemoryReader) -> None:
    publisher = SharedMemoryPublisher(folder=folder)
    publisher.publish(frame(1))
    os.chown(folder, 65534, 65534)
    assert reader.read(0.05) is None
    assert "belongs to another user" in reader.problem
    os.chown(folder, 0, 0)
    publisher.close()


@linux_only
def test_rings_are_found_in_the_runtime_folder_and_before_it_in_dev_shm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = make_runtime_folder("private", tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    stream = f"places-{os.getpid()}"
    old_place = Path(f"/dev/shm/omote-{os.getuid()}")
    try:
        older = SharedMemoryPublisher(stream, folder=old_place)  # as Omote before wrote it
    except PublishError as error:
        pytest.skip(f"this machine's /dev/shm cannot be used: {error}")
    with closing(older), closing(SharedMemoryReader(stream)) as reader:
        older.publish(frame(1))
        assert read_soon(reader).frame_id == 1
        with closing(SharedMemoryPublisher(stream)) as newer:
            newer.publish(frame(2))
            assert [path.parent for path in Path(runtime).rglob("*.ring")] == [Path(runtime) / "omote"]
            assert (Path(runtime) / "omote").stat().st_mode & 0o777 == 0o700
            assert read_soon(reader).frame_id == 2
        older.publish(frame(3))
        assert read_soon(reader).frame_id == 3


@linux_only
@pytest.mark.parametrize("kind", ["readable by others", "a link", "another user's"])
def test_no_ring_is_written_into_a_runtime_folder_that_is_not_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    runtime = make_runtime_folder(kind, tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    stream = f"unsafe-{os.getpid()}"
    with closing(SharedMemoryPublisher(stream)) as publisher, closing(SharedMemoryReader(stream)) as reader:
        publisher.publish(frame(5))
        assert list(Path(runtime).rglob("*")) == []
        assert read_soon(reader).frame_id == 5
