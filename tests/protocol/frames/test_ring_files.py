from __future__ import annotations

from pathlib import Path

import pytest

from protocol.frames.ring_files import (
    generation_of,
    is_stream_name,
    ring_files,
    ring_folder,
    ring_folders,
    ring_name,
)
from tests.runtime_folders import KINDS, expected_folders, linux_only, make_runtime_folder


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


@linux_only
@pytest.mark.parametrize("kind", KINDS)
def test_rings_are_in_a_private_runtime_folder_and_else_in_dev_shm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    runtime = make_runtime_folder(kind, tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    assert [str(folder) for folder in ring_folders()] == expected_folders(kind, runtime)
    assert ring_folder() == ring_folders()[0]
