"""Only regular files of a limited size are read, and nothing is waited for."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from protocol.errors import FileError
from protocol.regular_file import is_file, open_regular, read_regular

posix = pytest.mark.skipif(
    os.name == "nt", reason="Windows has no named pipes in folders, and links need rights"
)


def test_a_file_is_read_as_it_is_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\r\n\x1a\x00bytes")
    assert read_regular(path, max_bytes=9) == b"\r\n\x1a\x00bytes"
    with pytest.raises(FileError, match="a has 9 bytes, expected at most 8"):
        read_regular(path, max_bytes=8)


@posix
def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="pipe is a named pipe; expected a file"):
        read_regular(tmp_path / "pipe", max_bytes=100)


@posix
def test_devices_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="a device"):
        read_regular(Path("/dev/zero"), max_bytes=100)
    with pytest.raises(FileError, match="a folder"):
        read_regular(tmp_path, max_bytes=100)


@posix
def test_links_are_followed_only_where_the_user_named_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read_regular(tmp_path / "link", max_bytes=100) == b"content"
    with pytest.raises(FileError, match="symbolic link"):
        read_regular(tmp_path / "link", max_bytes=100, follow_links=False)
    with pytest.raises(FileError, match="symbolic link"):
        open_regular(tmp_path / "link", follow_links=False)


@pytest.mark.parametrize("name", ["missing", "x" * 300, "a\0b"])
def test_impossible_names_are_refused_in_one_line(tmp_path: Path, name: str) -> None:
    assert not is_file(tmp_path / name)
    with pytest.raises(FileError, match="cannot be read") as raised:
        read_regular(tmp_path / name, max_bytes=100)
    assert "\n" not in str(raised.value)


def read_until_refused(path: Path) -> None:
    while True:
        assert len(read_regular(path, max_bytes=200_000)) <= 200_000


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1000)
    is_done = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not is_done.is_set() and file.tell() < 2**26:
                file.write(b"x" * 100_000)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(FileError, match="expected at most 200,000"):
            read_until_refused(path)
    finally:
        is_done.set()
        writer.join()
