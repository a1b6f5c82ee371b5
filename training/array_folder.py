"""A person's training data as a folder: a NumPy file for every field of a dataclass.

write_arrays(pairs, folder / "p000123")                    # appears whole or not at all
pairs = read_arrays(PersonPairs, folder / "p000123")       # memory-mapped
allow_many_files()                                         # before many people's are
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from training.errors import TrainingError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")


def write_arrays(data: DataclassInstance, folder: Path) -> None:
    """Write the arrays of a dataclass; the folder appears when it is complete."""
    making = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for field in fields(data):
        np.save(making / f"{field.name}.npy", getattr(data, field.name), allow_pickle=False)
    making.rename(folder)


def read_arrays(kind: type[D], folder: Path, *, mapped: Collection[str] | None = None) -> D:
    """Read them back.

    Args:
        kind: the dataclass.
        mapped: names of the fields that are mapped into memory, read-only, and not read; None = all.

    Raises:
        TrainingError: a file is missing or damaged, or too many are open.
    """
    arrays: dict[str, Any] = {}
    for field in fields(kind):
        path = folder / f"{field.name}.npy"
        mode: Any = "r" if mapped is None or field.name in mapped else None
        try:
            arrays[field.name] = np.load(path, mmap_mode=mode, allow_pickle=False)
        except (OSError, EOFError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
                raise TrainingError(
                    f"{path}: too many files are open; train on fewer people, or allow more files, such as: ulimit -n 65536"
                ) from error
            raise TrainingError(
                f"{path} cannot be read ({error}); delete {folder} and make it again"
            ) from error
    return kind(**arrays)


def allow_many_files() -> None:
    """Let this process open as many files as its user may: each mapped field is one, and many systems begin at 1,024."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS says that there is no limit, and takes no such number
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
