"""A person's training data as a folder: a NumPy file for every field of a dataclass.

write_arrays(pairs, folder / "p000123")                    # appears whole or not at all
pairs = read_arrays(PersonPairs, folder / "p000123")       # memory-mapped
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
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
        TrainingError: a file is missing or damaged.
    """
    arrays: dict[str, Any] = {}
    for field in fields(kind):
        path = folder / f"{field.name}.npy"
        mode: Any = "r" if mapped is None or field.name in mapped else None
        try:
            arrays[field.name] = np.load(path, mmap_mode=mode, allow_pickle=False)
        except (OSError, EOFError, ValueError) as error:
            raise TrainingError(
                f"{path} cannot be read ({error}); delete {folder} and make it again"
            ) from error
    return kind(**arrays)
