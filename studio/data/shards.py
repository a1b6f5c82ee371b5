"""Shards: the tar files of a data set, in the WebDataset format.

    for sample in read_shards(Path("data")): ...

A sample is a run of files whose names begin with its key: 00000017-c00-t0000.image.png and so on. A shard is written
under a name that ends in .part, flushed to the disk, and then renamed, so every file with a shard's name is complete.
`dataset.json` in the same folder holds the recipe and the meaning of the numbers in the labels.

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
#: The two zero blocks that end a tar.
TAR_END: Final = b"\0" * (2 * tarfile.BLOCKSIZE)


def shard_path(folder: Path, shard: int) -> Path:
    """Path of a shard by its number."""
    return folder / f"shard-{shard:06d}.tar"


def write_shard(path: Path, samples: Iterable[tuple[str, dict[str, bytes]]]) -> None:
    """Write a shard; the same samples give the same bytes.

    Args:
        samples: (key, file name -> content).

    Raises:
        OSError: the file cannot be written; the partial file is removed.
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
    """A sample as members of a tar, without the end blocks, for a stream in a pipe."""
    content = io.BytesIO()
    for name, data in files.items():
        info, _ = _member(f"{key}.{name}", data)
        content.write(info.tobuf(tarfile.USTAR_FORMAT))
        content.write(data)
        content.write(b"\0" * (-len(data) % tarfile.BLOCKSIZE))
    return content.getvalue()


def is_complete(path: Path, keys: Iterable[str]) -> bool:
    """Whether a shard exists and its tar headers name exactly the samples with these keys."""
    try:
        with tarfile.open(path, "r:") as tar:
            return tar.getnames() == [f"{key}.{name}" for key in keys for name in FILES]
    except (OSError, tarfile.TarError):
        return False


def read_shards(folder: Path) -> Iterator[StudioSample]:
    """Every sample of a data set, in the order of the shards.

    Raises:
        StudioError: the folder holds no shard, or a shard is damaged (after the samples before the damage).
    """
    paths = sorted(folder.glob("shard-*.tar"))
    if not paths:
        raise StudioError(f"there is no shard in {folder}; make some with: omote-studio render -o {folder}")
    for path in paths:
        yield from read_shard(path)


def read_shard(path: Path) -> Iterator[StudioSample]:
    """Every sample of one shard.

    Raises:
        StudioError: the file is damaged or cannot be read.
    """
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
    # TarInfo's defaults have no time and no owner, so the bytes do not depend on them
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o644
    return info, io.BytesIO(content)
