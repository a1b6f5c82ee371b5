"""Reads npz files of arrays that a stranger may have written, without pickles, within a limit known before allocating.

arrays = read_arrays(Path("avatars/me/rig.npz"), max_bytes=64 * 1024 * 1024)

The archive's directory is checked first: every entry is an array, stored or deflated, not encrypted, and all of them
together stay within the limit. Then each array's type and shape must give exactly the size of its entry, so that an
array that claims 64 TiB is refused instead of allocated.

Source: PKWARE APPNOTE 6.3.10, 4.4.4 (flags, methods); NumPy Enhancement Proposal 1 (npy).
"""

from __future__ import annotations

import math
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from protocol.errors import FileError
from protocol.regular_file import read_regular

MAX_ARRAYS: Final = 256
MAX_DIMENSIONS: Final = 8
#: Of one array's description; ours have 128 bytes.
MAX_HEADER: Final = 1024
#: Booleans, integers, floats and text of a fixed length: no objects, no dates, no records.
KINDS: Final = "biufUS"
_SUFFIX: Final = ".npy"
_ENCRYPTED: Final = 0x1
#: What zipfile, zlib and numpy raise for files that are damaged or made to harm.
_DAMAGE: Final = (
    BadZipFile, zlib.error, struct.error, EOFError, KeyError, NotImplementedError, OSError, OverflowError,
    RuntimeError, SyntaxError, TypeError, ValueError, MemoryError,
)  # fmt: skip


def read_arrays(path: Path, *, max_bytes: int, follow_links: bool = True) -> dict[str, NDArray[Any]]:
    """Read all arrays of an npz file.

    Args:
        path: the file.
        max_bytes: limit of the file, and of all its arrays together.
        follow_links: as in `protocol.regular_file.open_regular`.

    Returns:
        name -> array, in C order or Fortran order as it was saved; may be changed.

    Raises:
        FileError: it cannot be read, is not an npz file, is damaged, or is larger than `max_bytes`.
    """
    data = read_regular(path, max_bytes=max_bytes, follow_links=follow_links)
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(path, entries, max_bytes)
            arrays = {}
            for entry in entries:
                with archive.open(entry) as file:
                    name = entry.filename.removesuffix(_SUFFIX)
                    arrays[name] = _read_array(f"{path}: {name:.80}", file, entry.file_size)
            return arrays
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise FileError(f"{path} is not an undamaged npz file of arrays ({reason})") from error


def _check_directory(path: Path, entries: list[ZipInfo], max_bytes: int) -> None:
    if len(entries) > MAX_ARRAYS:
        raise FileError(f"{path} holds {len(entries)} entries, expected at most {MAX_ARRAYS} arrays")
    names = set()
    for entry in entries:
        shown = f"{path}: {entry.filename:.80}"
        if not entry.filename.endswith(_SUFFIX) or entry.filename in names:
            raise FileError(f"{shown} is not an array of its own; expected an npz file that numpy wrote")
        names.add(entry.filename)
        if entry.flag_bits & _ENCRYPTED:
            raise FileError(f"{shown} is encrypted; expected an npz file without a password")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise FileError(
                f"{shown} is compressed with method {entry.compress_type}; expected stored or deflated"
            )
    total = sum(entry.file_size for entry in entries)
    if total > max_bytes:
        raise FileError(f"{path} would take {total:,} bytes unpacked, expected at most {max_bytes:,}")


def _read_array(shown: str, file: IO[bytes], size: int) -> NDArray[Any]:
    """One array.

    Args:
        shown: the file and the array, for messages.
        file: its entry.
        size: bytes of the entry, within the limit.
    """
    version = npy.read_magic(file)
    read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if read_header is None:
        raise FileError(f"{shown} has npy version {version}, expected 1.0 or 2.0")
    shape, is_fortran, dtype = read_header(file, max_header_size=MAX_HEADER)
    if dtype.kind not in KINDS or dtype.names is not None or dtype.subdtype is not None:
        raise FileError(f"{shown} holds {dtype!s:.80}, expected numbers or text")
    if len(shape) > MAX_DIMENSIONS or any(length < 0 for length in shape):
        raise FileError(f"{shown} has the shape {shape!s:.80}, expected at most {MAX_DIMENSIONS} dimensions")
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > size:
        raise FileError(f"{shown} claims {wanted:,} bytes, but its entry has {size:,}")
    content = bytearray(file.read(wanted + 1))
    if len(content) != wanted:
        raise FileError(
            f"{shown} has {len(content):,} bytes, expected {wanted:,}; it is cut short or has a tail"
        )
    if wanted == 0:
        return np.zeros(shape, dtype)
    return np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")
