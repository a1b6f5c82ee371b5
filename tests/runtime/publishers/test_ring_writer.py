"""RingWriter: file names, sequence numbers of slots, and errors. The layout itself: test_shared_memory.py."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest

from protocol.frames.ring_header import RingState, unpack_ring_header
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.ring_writer import RingWriter

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX files and rights")


def frame(frame_id: int, height: int = 2, width: int = 3) -> Frame:
    return Frame(np.full((height, width, 4), frame_id, np.uint8), frame_id=frame_id)


def test_generations_count_up_and_sessions_differ(tmp_path: Path) -> None:
    writers = [RingWriter(tmp_path, "face", width=3, height=2) for _ in range(3)]
    assert [writer.path.name for writer in writers] == ["face.1.ring", "face.2.ring", "face.3.ring"]
    assert len({writer.session_id for writer in writers}) == 3
    for writer in writers:
        writer.close()
        writer.close()
    assert list(tmp_path.iterdir()) == []


def test_the_header_tells_state_and_newest_frame(tmp_path: Path) -> None:
    writer = RingWriter(tmp_path, "face", width=3, height=2, slot_count=4)
    assert [writer.write(frame(number)) for number in (7, 8, 9, 10, 11, 12)] == [1, 2, 3, 4, 5, 6]
    with writer.path.open("rb", buffering=0) as file:
        data = file.read()
        header = unpack_ring_header(data, len(data))
        assert (header.state, header.latest, header.slot_count) == (RingState.RUNNING, 6, 4)
        assert header.session_id == writer.session_id
        locks = [struct.unpack_from("<Q", data, header.slot_offset(number))[0] for number in (3, 4, 5, 6)]
        assert locks == [6, 8, 10, 12]  # twice the number of the frame in the slot: even, so complete
        writer.close(RingState.REPLACED)
        file.seek(0)
        data = file.read()
        assert unpack_ring_header(data, len(data)).state == RingState.REPLACED


@posix_only
def test_a_truncated_file_is_an_error_and_does_not_kill_the_process(tmp_path: Path) -> None:
    writer = RingWriter(tmp_path, "face", width=256, height=256)
    writer.write(frame(1, height=256, width=256))
    os.truncate(writer.path, 4096)
    with pytest.raises(PublishError, match="truncated by another program"):
        writer.write(frame(2, height=256, width=256))
    time.sleep(0.6)  # at least one heartbeat
    writer.close()


@posix_only
def test_a_removed_file_is_noticed(tmp_path: Path) -> None:
    writer = RingWriter(tmp_path, "face", width=3, height=2)
    writer.check_place()
    writer.path.unlink()
    writer.path.touch()  # another file of the same name is not ours
    with pytest.raises(PublishError, match="removed by another program"):
        writer.check_place()
    writer.close()
    assert writer.path.exists()
