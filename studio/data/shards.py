"""Shards: a data set's folder of tar files, as WebDataset reads them; written whole or not at all.

    for sample in read_shards(Path("data")): ...

A sample is a row of files whose names begin with its key: 00000017-c00-t0000.image.png and so on. A shard is written
as .part, brought to the disk, and then renamed: what has a shard's name is complete. `dataset.json` beside them says what
was asked for and what the numbers in the labels mean.

Source: github.com/webdataset/webdataset, "The WebDataset format"; POSIX ustar.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from studio.data.sample import FILES, StudioSample, decode_sample
from studio.errors import StudioError

MANIFEST: Final = "dataset.json"
PARTIAL_SUFFIX: Final = ".part"
#: What ends a tar.
TAR_END: Final = b"\0" * (2 * tarfile.BLOCKSIZE)


def shard_path(folder: Path, shard: int) -> Path:
    """A shard's name."""
    return folder / f"shard-{shard:06d}.tar"


def write_shard(path: Path, samples: Iterable[tuple[str, dict[str, bytes]]]) -> None:
    """Write a shard of (key, files); the same samples give the same bytes.

    Raises:
        OSError: the disk is full or gone; nothing is left behind then.
    """
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    try:
        with partial.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
                for key, files in samples:
                    for name, content in files.items():
                        tar.addfile(*_member(f"{key}.{name}", content))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def tar_bytes(key: str, files: dict[str, bytes]) -> bytes:
    """A sample's part of an endless tar, for a pipe."""
    content = io.BytesIO()
    for name, data in files.items():
        info, _ = _member(f"{key}.{name}", data)
        content.write(info.tobuf(tarfile.USTAR_FORMAT))
        content.write(data)
        content.write(b"\0" * (-len(data) % tarfile.BLOCKSIZE))
    return content.getvalue()


def is_complete(path: Path, keys: Iterable[str]) -> bool:
    """Whether a shard is there with exactly these samples, as far as its headers tell."""
    try:
        with tarfile.open(path, "r:") as tar:
            return tar.getnames() == [f"{key}.{name}" for key in keys for name in FILES]
    except (OSError, tarfile.TarError):
        return False


def read_shards(folder: Path) -> Iterator[StudioSample]:
    """Every sample of a data set, shard by shard, in order.

    Raises:
        StudioError: there is no shard, or one is damaged; the samples before it have been given.
    """
    paths = sorted(folder.glob("shard-*.tar"))
    if not paths:
        raise StudioError(
            f"there is no shard in {folder}; make some with: omote-studio render --out {folder}"
        )
    for path in paths:
        yield from read_shard(path)


def read_shard(path: Path) -> Iterator[StudioSample]:
    """Every sample of one shard. Raises StudioError: it cannot be read to its end."""
    key, files = "", dict[str, bytes]()
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                stem, _, name = member.name.partition(".")
                if stem != key and files:
                    yield decode_sample(key, files)
                    files = {}
                key = stem
                content = tar.extractfile(member)
                if content is not None:
                    files[name] = content.read()
    except (OSError, tarfile.TarError) as error:
        raise StudioError(f"{path} is damaged ({error}); render again with --resume") from error
    if files:
        yield decode_sample(key, files)


def _member(name: str, content: bytes) -> tuple[tarfile.TarInfo, io.BytesIO]:
    info = tarfile.TarInfo(name)  # no time and no owner: nothing of who wrote it
    info.size = len(content)
    info.mode = 0o644
    return info, io.BytesIO(content)
