from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from protocol.frames.ring_files import generation_of, is_stream_name, ring_files, ring_folder, ring_name


def test_the_newest_generation_comes_first_and_other_files_are_ignored(tmp_path: Path) -> None:
    names = ["omote.9.ring", "omote.10.ring", "omote.2.ring", "other.11.ring", "omote.x.ring", "omote.ring",
             "omote.12.ring.bak", "omote.-1.ring", "omote." + "9" * 30 + ".ring"]  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in ring_files(tmp_path, "omote")] == [
        "omote.10.ring",
        "omote.9.ring",
        "omote.2.ring",
    ]
    assert ring_files(tmp_path / "nowhere", "omote") == []


@pytest.mark.parametrize("name", ["omote", "face_2", "A-b", "x" * 64])
def test_a_generation_is_read_from_its_own_file_name(name: str) -> None:
    assert is_stream_name(name)
    assert generation_of(ring_name(name, 7), name) == 7


@pytest.mark.parametrize("name", ["", "a.b", "../a", "a/b", "a b", "面", "x" * 65, "a\n"])
def test_stream_names_that_could_be_paths_are_refused(name: str) -> None:
    assert not is_stream_name(name)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folder of Linux")
def test_every_user_has_an_own_folder() -> None:
    assert ring_folder() == Path(f"/dev/shm/omote-{os.getuid()}")
