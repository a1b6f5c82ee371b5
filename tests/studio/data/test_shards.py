from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.data.sample import FILES
from studio.data.shards import TAR_END, is_complete, read_shards, shard_path, tar_bytes, write_shard
from studio.errors import StudioError

KEYS = ("00000000-c00-t0000", "00000001-c00-t0000")


def samples() -> Iterator[tuple[str, dict[str, bytes]]]:
    for number, key in enumerate(KEYS):
        yield key, {name: f"{number} {name}".encode() * 300 for name in FILES}


def test_a_shard_is_a_tar_of_its_samples_files(tmp_path: Path) -> None:
    path = shard_path(tmp_path, 3)
    write_shard(path, samples())
    assert path.name == "shard-000003.tar"
    with tarfile.open(path) as tar:
        assert tar.getnames() == [f"{key}.{name}" for key in KEYS for name in FILES]
        member = tar.extractfile(f"{KEYS[1]}.label.json")
        assert member is not None
        assert member.read() == b"1 label.json" * 300
    assert is_complete(path, KEYS)
    assert not is_complete(path, KEYS[:1])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = shard_path(tmp_path, 0), shard_path(tmp_path, 1)
    write_shard(first, samples())
    write_shard(second, samples())
    assert first.read_bytes() == second.read_bytes()


def test_samples_for_a_pipe_form_a_tar(tmp_path: Path) -> None:
    piped = tmp_path / "piped.tar"
    piped.write_bytes(b"".join(tar_bytes(key, files) for key, files in samples()) + TAR_END)
    assert is_complete(piped, KEYS)


def test_a_failed_write_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[str, dict[str, bytes]]]:
        yield next(samples())
        raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="space"):
        write_shard(shard_path(tmp_path, 0), broken())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_truncated_shard_is_incomplete_and_reading_it_is_an_error(tmp_path: Path, share: float) -> None:
    path = shard_path(tmp_path, 0)
    write_shard(path, samples())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert not is_complete(path, KEYS)
    with pytest.raises(StudioError, match="damaged"):
        list(read_shards(tmp_path))


def test_a_folder_without_shards_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="omote-studio render"):
        list(read_shards(tmp_path))
