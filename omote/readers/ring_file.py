"""RingFile: one ring's file, mapped for reading, and its size watched.

A mapping is read three times as fast as the file itself (`preadv`, 1920 x 1080: 0.3 instead of 1.0 ms), but on Linux
and macOS it ends its process (SIGBUS) when the file is cut and read behind its new end. So `check_size` stands before
everything that reads. What is left is the moment of one copy, and only this user's own programs could use it: the
files are nobody else's, and no publisher ever cuts one. A reader to which even that matters reads with `preadv`.

    with closing(RingFile(path)) as file:
        file.check_size()
        number = file.number(LATEST_AT)
"""

from __future__ import annotations

import mmap
import os
import stat
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.errors import RingError
from protocol.frames.ring_header import RING_HEADER_BYTES, RingHeader, unpack_ring_header

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe in its place does not make us wait
    | getattr(os, "O_BINARY", 0)
)


class RingFile:
    """An open file whose header makes sense. What it holds may change at any time.

    Attributes:
        path: the file. header: as it was when it was opened.
    """

    def __init__(self, path: Path) -> None:
        """Open, check, map.

        Raises:
            OSError: it cannot be opened, or is a link.
            RingError: it is no ring of ours.
        """
        self.path = path
        self._mapped: mmap.mmap | None = None
        self._file = os.open(path, _FLAGS)
        try:
            found = os.fstat(self._file)
            if not stat.S_ISREG(found.st_mode):
                raise RingError("not a ring", f"{path} is no plain file")
            self.header = unpack_ring_header(os.read(self._file, RING_HEADER_BYTES), found.st_size)
            self._mapped = mmap.mmap(self._file, self.header.file_bytes, access=mmap.ACCESS_READ)
        except BaseException:
            self.close()
            raise
        self._bytes = np.frombuffer(self._mapped, np.uint8)
        self._words = np.frombuffer(self._mapped, "<u8")

    def check_size(self) -> None:
        """Raises RingError: the file was cut, and must not be read any more."""
        if os.fstat(self._file).st_size < self.header.file_bytes:
            raise RingError("wrong ring size", f"{self.path} was cut by another program")

    def number(self, offset: int) -> int:
        """The u64 there, in one load; `offset` is a multiple of 8."""
        return int(self._words[offset // 8])

    def copy(self, offset: int, out: NDArray[np.uint8]) -> None:
        """Copy bytes from there on into a flat array."""
        np.copyto(out, self._bytes[offset : offset + out.size])

    def header_now(self) -> RingHeader:
        """The header as it is at this moment.

        Raises:
            RingError: it makes no sense any more.
        """
        self.check_size()
        return unpack_ring_header(self._bytes[:RING_HEADER_BYTES].tobytes(), self.header.file_bytes)

    def close(self) -> None:
        """Give it back; may be called twice."""
        if self._mapped is not None:
            del self._bytes, self._words  # a mapping with views on it cannot be closed
            self._mapped.close()
            self._mapped = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
