from __future__ import annotations

import os
import struct
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from omote.readers.ring_file import RingFile
from protocol.errors import RingError
from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX files")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ring of one frame of 6 x 4 pixels, all 9."""
    publisher = SharedMemoryPublisher("face", folder=tmp_path)
    publisher.publish(Frame(np.full((4, 6, 4), 9, np.uint8), frame_id=1))
    data = (tmp_path / "face.1.ring").read_bytes()
    publisher.close()
    copy = tmp_path / "copy.ring"
    copy.write_bytes(data)
    return copy


def test_numbers_and_bytes_are_those_of_the_file(path: Path) -> None:
    data = path.read_bytes()
    with closing(RingFile(path)) as file:
        assert (file.header.width, file.header.height) == (6, 4)
        assert file.number(64) == struct.unpack_from("<Q", data, 64)[0] == 1
        out = np.empty(40, np.uint8)
        file.copy(64, out)
        assert out.tobytes() == data[64:104]
        assert file.header_now() == file.header


@posix_only
def test_a_truncated_file_is_refused_before_it_is_read(path: Path) -> None:
    with closing(RingFile(path)) as file:
        file.check_size()
        os.truncate(path, path.stat().st_size - 1)
        for check in (file.check_size, file.header_now):
            with pytest.raises(RingError, match="truncated"):
                check()


@posix_only
def test_links_and_pipes_are_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link.ring").symlink_to(path)
    with pytest.raises(OSError, match="link"):
        RingFile(tmp_path / "link.ring")
    os.mkfifo(tmp_path / "pipe.ring")
    with pytest.raises(RingError, match="not a regular file"):
        RingFile(tmp_path / "pipe.ring")


def test_a_failed_opening_leaves_no_file_open(tmp_path: Path) -> None:
    (tmp_path / "short.ring").write_bytes(b"OMOTERNG")
    with pytest.raises(RingError):
        RingFile(tmp_path / "short.ring")
    (tmp_path / "short.ring").unlink()  # Windows refuses this for an open file
    file = tmp_path / "closed.ring"
    file.write_bytes(b"")
    with pytest.raises(RingError):
        RingFile(file)


def test_close_may_be_called_twice(path: Path) -> None:
    file = RingFile(path)
    file.close()
    file.close()
