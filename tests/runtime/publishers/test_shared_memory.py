"""The publisher's side of shared memory; its readers are in tests/omote/readers/test_shared_memory.py."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from protocol.frames.frame_header import unpack_header
from protocol.frames.ring_header import unpack_ring_header
from protocol.messages import Status
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.ring_writer import RingWriter
from runtime.publishers.shared_memory import SharedMemoryPublisher

ROOT = Path(__file__).resolve().parents[3]
STATUS = Status(
    avatar="", engine="", provider="", fps=0.0, target_fps=0.0, size=2, uptime_s=0.0, frames=0,
    stages=[], drivers=[], dropped={}, values=[], publishers=[], notes=[],
)  # fmt: skip
posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX files and rights")


def frame(frame_id: int, height: int = 2, width: int = 3) -> Frame:
    pixels = np.arange(height * width * 4, dtype=np.uint8).reshape(height, width, 4) + np.uint8(frame_id)
    return Frame(pixels, frame_id=frame_id, capture_time_ns=11, receive_time_ns=12, render_time_ns=13)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rings"


@pytest.fixture
def publisher(folder: Path) -> Iterator[SharedMemoryPublisher]:
    opened = SharedMemoryPublisher("face", folder=folder)
    yield opened
    opened.close()


def read_by_hand(data: bytes, number: int) -> tuple[int, bytes]:
    """Frame id and pixels of a frame, by docs/protocol.md and nothing else."""
    (header_bytes, slots, slot_bytes) = struct.unpack_from("<HIQ", data, 10)
    at = header_bytes + number % slots * slot_bytes
    assert struct.unpack_from("<Q", data, at)[0] == 2 * number
    assert struct.unpack_from("<Q", data, at + slot_bytes - 8)[0] == 2 * number
    width, height, stride = struct.unpack_from("<III", data, 32)
    assert abs(struct.unpack_from("<q", data, at + 8)[0] - time.time_ns()) < 60e9
    head, pixels = data[at + 32 : at + 128], data[at + 128 : at + 128 + stride * height]
    said = unpack_header(head + pixels)
    assert (said.width, said.height, said.stride) == (width, height, stride)
    assert said.session_id == struct.unpack_from("<Q", data, 24)[0]
    assert (said.capture_time_ns, said.receive_time_ns, said.render_time_ns) == (11, 12, 13)
    return said.frame_id, pixels


def test_the_last_frames_are_at_the_documented_offsets(
    publisher: SharedMemoryPublisher, folder: Path
) -> None:
    for number in range(1, 6):
        publisher.publish(frame(100 + number))
    data = (folder / "face.1.ring").read_bytes()
    header = unpack_ring_header(data, len(data))
    assert (header.state, header.latest, header.slot_count) == (1, 5, 3)
    assert header.writer_pid == os.getpid()
    for number in (3, 4, 5):
        assert read_by_hand(data, number) == (100 + number, frame(100 + number).pixels.tobytes())


def test_another_size_makes_another_generation_and_ends_the_old_one(
    publisher: SharedMemoryPublisher, folder: Path
) -> None:
    publisher.publish(frame(1))
    with (folder / "face.1.ring").open("rb") as old:
        publisher.publish(frame(2, height=5, width=2))
        assert struct.unpack_from("<I", old.read(128), 56)[0] == 2
    assert "5" in publisher.detail
    assert "face.2.ring" in publisher.detail
    data = (folder / "face.2.ring").read_bytes()
    assert read_by_hand(data, 1) == (2, frame(2, height=5, width=2).pixels.tobytes())
    if os.name == "posix":
        assert [path.name for path in folder.iterdir()] == ["face.2.ring"]


def test_the_heartbeat_advances_without_frames(publisher: SharedMemoryPublisher, folder: Path) -> None:
    publisher.publish(frame(1))
    seen, ends_s = set(), time.monotonic() + 60
    while len(seen) < 3 and time.monotonic() < ends_s:
        seen.add(struct.unpack_from("<q", (folder / "face.1.ring").read_bytes(), 72)[0])
        time.sleep(0.05)
    assert len(seen) == 3


def test_closing_marks_the_ring_and_removes_the_file(folder: Path) -> None:
    publisher = SharedMemoryPublisher("face", folder=folder)
    publisher.publish(frame(1))
    with (folder / "face.1.ring").open("rb") as file:
        publisher.close()
        publisher.close()
        assert struct.unpack_from("<I", file.read(128), 56)[0] == 3
    if os.name == "posix":
        assert list(folder.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "omote-heartbeat"]
    with pytest.raises(PublishError, match="closed"):
        publisher.publish(frame(2))


def test_the_doorbell_is_notified_with_session_and_number(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    doorbell = Doorbell()
    publisher = SharedMemoryPublisher("face", folder=folder, doorbell=doorbell)
    publisher.publish(frame(1))  # nobody listens yet
    doorbell.listen(lambda session, number: heard.append((session, number)))
    publisher.publish(frame(2))
    publisher.publish(frame(3))
    (session_id,) = struct.unpack_from("<Q", (folder / "face.1.ring").read_bytes(), 24)
    publisher.close()
    assert heard == [(session_id, 2), (session_id, 3)]


def test_two_writers_of_one_stream_do_not_touch_each_other(folder: Path) -> None:
    first, second = (SharedMemoryPublisher("face", folder=folder) for _ in range(2))
    first.publish(frame(1))
    second.publish(frame(2))
    first.publish(frame(3))
    assert read_by_hand((folder / "face.1.ring").read_bytes(), 2)[0] == 3
    assert read_by_hand((folder / "face.2.ring").read_bytes(), 1)[0] == 2
    for one in (first, second):
        one.close()


# -- what others do to it ------------------------------------------------------------------------------


@posix_only
def test_rights_are_this_user_s_alone(publisher: SharedMemoryPublisher, folder: Path) -> None:
    publisher.publish(frame(1))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "face.1.ring").stat().st_mode & 0o777 == 0o600


@posix_only
def test_a_file_that_was_removed_is_noticed(publisher: SharedMemoryPublisher, folder: Path) -> None:
    publisher.publish(frame(1))
    publisher.publish_status(STATUS)
    (folder / "face.1.ring").unlink()
    with pytest.raises(PublishError, match="removed by another program"):
        publisher.publish_status(STATUS)


@posix_only
def test_links_with_names_of_rings_are_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    stray = RingWriter(tmp_path, "face", width=3, height=2)
    elsewhere.write_bytes(stray.path.read_bytes())
    stray.close()
    before = elsewhere.read_bytes()
    folder.mkdir(mode=0o700)
    (folder / "face.4.ring").symlink_to(elsewhere)
    publisher = SharedMemoryPublisher("face", folder=folder)
    publisher.publish(frame(1))
    assert (folder / "face.5.ring").exists()
    assert elsewhere.read_bytes() == before
    publisher.close()


FULL = """
import sys, numpy
from pathlib import Path
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
folder = Path(sys.argv[1]) / "rings"
publisher = SharedMemoryPublisher(folder=folder)
try:
    publisher.publish(Frame(numpy.zeros((512, 512, 4), numpy.uint8)))
except PublishError as error:
    print(error)
publisher.publish(Frame(numpy.zeros((64, 64, 4), numpy.uint8)))
print([path.name for path in folder.iterdir()])
publisher.close()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a full disk is made by mounting one")
def test_a_full_disk_is_an_error_and_smaller_frames_still_fit(tmp_path: Path) -> None:
    mounted = f'mount -t tmpfs -o size=1m tmpfs {tmp_path} && exec {sys.executable} -c "$0" {tmp_path}'
    inside = ["unshare", "-rm", "sh", "-c", mounted, FULL]
    try:
        done = subprocess.run(inside, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    except FileNotFoundError:
        pytest.skip("there is no unshare to mount a small disk with")
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    assert (done.returncode, done.stderr) == (0, "")
    said, left = done.stdout.splitlines()
    assert "is full: a ring takes 3.1 MB; make room there, or choose a smaller --size" in said
    assert left == "['omote.1.ring']"
