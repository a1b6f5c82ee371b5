from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.array_folder import allow_many_files, read_arrays, write_arrays
from training.errors import TrainingError


@dataclass(frozen=True, slots=True, eq=False)
class Two:
    small: Any
    large: Any


DATA = Two(np.arange(3, dtype=np.int64), np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4))


@pytest.mark.parametrize(
    ("mapped", "expected"), [(None, {"small", "large"}), (("large",), {"large"}), ((), set())]
)
def test_arrays_come_back_and_those_that_are_named_are_mapped(
    tmp_path: Path, mapped: tuple[str, ...] | None, expected: set[str]
) -> None:
    write_arrays(DATA, tmp_path / "new" / "p000001")
    read = read_arrays(Two, tmp_path / "new" / "p000001", mapped=mapped)
    for name in ("small", "large"):
        got, wanted = getattr(read, name), getattr(DATA, name)
        assert got.dtype == wanted.dtype
        assert np.array_equal(got, wanted)
        assert isinstance(got, np.memmap) == (name in expected)


def test_too_many_open_files_are_not_called_damage_and_this_user_may_open_more(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="a limit of open files is a thing of Unix")
    write_arrays(DATA, tmp_path / "p000001")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        with pytest.raises(
            TrainingError, match=r"too many files are open; train on fewer people, or .*ulimit -n"
        ):
            held.extend(read_arrays(Two, tmp_path / "p000001") for _ in range(300))
        allow_many_files()
        held.extend(read_arrays(Two, tmp_path / "p000001") for _ in range(150))
    finally:
        del held
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_folder_that_was_left_half_written_does_not_count_and_is_replaced(tmp_path: Path) -> None:
    half = tmp_path / f".p000001.{os.getpid()}"
    half.mkdir()
    (half / "stray.npy").write_bytes(b"x")
    write_arrays(DATA, tmp_path / "p000001")
    assert {path.name for path in tmp_path.iterdir()} == {"p000001"}
    assert {path.name for path in (tmp_path / "p000001").iterdir()} == {"small.npy", "large.npy"}


@pytest.mark.parametrize("damage", [None, b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_what_is_missing_or_damaged_is_named_with_what_to_do(tmp_path: Path, damage: bytes | None) -> None:
    folder = tmp_path / "p000001"
    write_arrays(DATA, folder)
    (folder / "large.npy").unlink()
    if damage is not None:
        (folder / "large.npy").write_bytes(damage)
    with pytest.raises(TrainingError, match=r"large\.npy cannot be read .*make it again"):
        read_arrays(Two, folder)


def test_pickles_are_neither_written_nor_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        write_arrays(Two(np.array([{}], object), DATA.large), tmp_path / "p000001")
    folder = tmp_path / "p000002"
    write_arrays(DATA, folder)
    np.save(folder / "small.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(TrainingError, match=r"small\.npy cannot be read"):
        read_arrays(Two, folder)
