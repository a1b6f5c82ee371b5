"""Hands arrays from one process to another through a mapped file, so that nothing large is copied.

places = write_arrays(path, arrays)          # one process
arrays = map_arrays(path, places)            # the other; the file has no name any more

Each array is a mapping of its own, and its memory is given back with it. On Windows the file is read instead.
"""

from __future__ import annotations

import math
import mmap
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from face.errors import AvatarError

#: Largest file.
MAX_BYTES: Final = 1024 * 1024 * 1024
#: What the folder of such files is called, before some random letters.
FOLDER_PREFIX: Final = "omote-avatars-"
#: The types that an engine's arrays have.
DTYPES: Final = ("float32", "int32", "uint8")
_STEP: Final = mmap.ALLOCATIONGRANULARITY
_PAGE: Final = mmap.PAGESIZE


class ArrayPlace(msgspec.Struct, frozen=True):
    """Where an array lies in the file."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> list[ArrayPlace]:
    """Write arrays to a new file, and return their places.

    Raises:
        OSError: the file exists, or the disk is full.
    """
    places = []
    with path.open("xb") as file:
        for name, values in arrays.items():
            file.seek(-(-file.tell() // _STEP) * _STEP)
            places.append(ArrayPlace(name, values.dtype.name, values.shape, file.tell()))
            file.write(np.ascontiguousarray(values).data)
    return places


def map_arrays(path: Path, places: list[ArrayPlace]) -> dict[str, NDArray[Any]]:
    """Map arrays that `write_arrays` wrote, and remove the file's name at once.

    Returns:
        name -> read-only array.

    Raises:
        AvatarError: a place does not fit the file.
        OSError: the file cannot be opened or mapped.
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            for place in places:
                arrays[place.name] = _mapped(file.fileno(), size, place)
    finally:
        with suppress(OSError):  # where a virus scanner holds it on Windows, the folder goes at the end
            path.unlink()
    return arrays


def _mapped(number: int, size: int, place: ArrayPlace) -> NDArray[Any]:
    if place.dtype not in DTYPES or place.offset % _STEP or min(place.shape, default=0) < 0:
        raise AvatarError(f"{place.name} is no array that an engine takes: {place}")
    length = math.prod(place.shape) * np.dtype(place.dtype).itemsize
    if length == 0:
        return np.zeros(place.shape, place.dtype)
    if place.offset < 0 or place.offset + length > min(size, MAX_BYTES):
        raise AvatarError(f"{place.name} lies outside its file of {size} bytes: {place}")
    return _view(number, length, place.offset).view(place.dtype).reshape(place.shape)


def _view(number: int, length: int, offset: int) -> NDArray[np.uint8]:
    """Bytes of an open file, read-only."""
    if os.name == "nt":  # a mapped file keeps its name there, so it is read instead
        os.lseek(number, offset, os.SEEK_SET)
        return np.frombuffer(os.read(number, length), np.uint8)
    mapped = np.frombuffer(mmap.mmap(number, length, access=mmap.ACCESS_READ, offset=offset), np.uint8)
    mapped[
        ::_PAGE
    ].max()  # reads every page now, without the GIL, so that the frame loop waits neither for it nor for them
    return mapped
