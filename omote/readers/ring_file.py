"""RingFile: one ring's file, opened for reading, that cannot hurt its reader.

On POSIX it is read with `preadv`: one copy from memory straight into the caller's buffer, as from a mapping. But when
the file shrinks, a mapping ends its process (SIGBUS) where this gives a short read. Checking the size before
each copy would not do: it can shrink in the middle of one. Windows lets nobody shrink a mapped file, and does
not promise that reading sees what was written through a mapping: there it is mapped.

    file = RingFile(path)
    file.read_into(offset, buffer)
"""

from __future__ import annotations

import mmap
import os
import stat
from pathlib import Path
from typing import Final

from protocol.errors import RingError
from protocol.ring_header import RING_HEADER_BYTES, RingHeader, unpack_ring_header

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe in its place does not make us wait
    | getattr(os, "O_BINARY", 0)
)


class RingFile:
    """An open file with a header that makes sense. Its numbers may change with every read."""

    def __init__(self, path: Path) -> None:
        """Open and check.

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
            if found.st_size < RING_HEADER_BYTES:
                raise RingError("not a ring", f"got {found.st_size} bytes")
            if not hasattr(os, "preadv"):
                self._mapped = mmap.mmap(self._file, found.st_size, access=mmap.ACCESS_READ)
            self._head = bytearray(RING_HEADER_BYTES)
            self._word = bytearray(8)
            self.read_into(0, self._head)
            self.header = unpack_ring_header(self._head, found.st_size)
        except BaseException:
            self.close()
            raise

    def read_into(self, offset: int, buffer: bytearray | memoryview) -> None:
        """Fill a buffer from there on.

        Raises:
            RingError: the file has become too short.
        """
        view = memoryview(buffer).cast("B")
        if self._mapped is not None:
            view[:] = self._mapped[offset : offset + len(view)]
            return
        while len(view) > 0:
            got = os.preadv(self._file, [view], offset)
            if got <= 0:
                raise RingError("wrong ring size", f"{self.path} was cut while it was read")
            view, offset = view[got:], offset + got

    def number(self, offset: int) -> int:
        """The u64 there.

        Raises:
            RingError: the file has become too short.
        """
        self.read_into(offset, self._word)
        return int.from_bytes(self._word, "little")

    def header_now(self) -> RingHeader:
        """The header as it is at this moment.

        Raises:
            RingError: it makes no sense any more.
        """
        self.read_into(0, self._head)
        size = os.fstat(self._file).st_size if self._mapped is None else len(self._mapped)
        return unpack_ring_header(self._head, size)

    def close(self) -> None:
        """Give it back; may be called twice."""
        if self._mapped is not None:
            self._mapped.close()
            self._mapped = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
