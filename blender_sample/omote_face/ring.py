"""RingReader: the newest picture from the runtime's shared memory.

    reader = RingReader("omote")
    picture = reader.newest()       # Picture, or None: nothing new

The layout, the folders and the rules for readers are in docs/protocol.md, "Shared memory". Must match
protocol/frames/ring_files.py and ring_header.py.
"""

from __future__ import annotations

import mmap
import os
import stat
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Final, NamedTuple

_MAGIC: Final = b"OMOTERNG"
_HEADER_BYTES: Final = 128
_SLOT_HEADER_BYTES: Final = 128
_RUNNING: Final = 1
_RGBA: Final = 1
#: Magic, version, header bytes, width, height, stride, format, flags, frame id, three times, payload bytes.
_FRAME_HEADER: Final = struct.Struct("<8sHHIIIIIQ24xQ")
_MAX_SIDE: Final = 16384
#: A writer whose heartbeat does not change for so long is gone.
STALE_S: Final = 2.0
#: Pause between two looks for another file while no new picture comes.
LOOK_S: Final = 0.5


class Picture(NamedTuple):
    """One picture: RGBA, 8 bits each, straight alpha, sRGB, top row first, `stride` bytes from row to row."""

    frame_id: int
    width: int
    height: int
    stride: int
    rows: bytes


def ring_folders() -> list[str]:
    """The folders in which this user's rings are searched, in this order."""
    if sys.platform == "win32":
        return [os.path.join(os.environ.get("LOCALAPPDATA", os.path.expanduser("~/AppData/Local")), "Omote")]
    if sys.platform == "darwin":
        return [os.path.join(os.environ.get("TMPDIR", tempfile.gettempdir()), "omote")]
    user = os.getuid()
    runtime = dict.fromkeys((os.environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{user}"))
    found = [f"{folder}/omote" for folder in runtime if os.path.isabs(folder) and _is_private(folder)]
    return [folder for folder in (*found, f"/dev/shm/omote-{user}") if _is_private(folder)]


def _is_private(folder: str) -> bool:
    """Whether a folder is this user's own, no link, and closed to others."""
    if sys.platform == "win32":
        return True
    try:
        found = os.lstat(folder)
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


class RingReader:
    """Follows the newest generation of one stream. Used from one thread."""

    def __init__(
        self,
        stream: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._wall_clock_ns = wall_clock_ns
        self._ring: _Ring | None = None
        self._looked_s = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether a running writer was found."""
        return self._ring is not None

    def newest(self) -> Picture | None:
        """The newest picture that was not returned before; None when there is none."""
        now_s = self._clock()
        try:
            if self._ring is not None:
                picture = self._ring.newest()
                if picture is not None:
                    self._looked_s = now_s
                    return picture
                if self._ring.is_live(now_s) and now_s - self._looked_s < LOOK_S:
                    return None
            if now_s - self._looked_s >= LOOK_S or self._ring is not None:
                self._looked_s = now_s
                self._look(now_s)
                return self._ring.newest() if self._ring is not None else None
        except (OSError, ValueError, struct.error):
            self.close()
        return None

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    def _look(self, now_s: float) -> None:
        """Open the running ring of the highest generation, unless it is open."""
        for folder in ring_folders():
            for path in self._files(folder):
                if self._ring is not None and path == self._ring.path and self._ring.is_live(now_s):
                    return
                try:
                    ring = _Ring(path)
                except (OSError, ValueError, struct.error):
                    continue
                if ring.is_running(self._wall_clock_ns()):
                    self.close()
                    self._ring = ring
                    return
                ring.close()
        if self._ring is not None and not self._ring.is_live(now_s):
            self.close()

    def _files(self, folder: str) -> list[str]:
        """The stream's files, newest generation first."""
        try:
            names = os.listdir(folder)
        except OSError:
            return []
        parts = (name.split(".") for name in names)
        generations = sorted(
            (
                int(part[1])
                for part in parts
                if len(part) == 3 and part[0] == self._stream and part[2] == "ring"
                if part[1].isascii() and part[1].isdigit() and len(part[1]) <= 18
            ),
            reverse=True,
        )
        return [f"{folder}/{self._stream}.{generation}.ring" for generation in generations]


class _Ring:
    """One file, whose header was checked."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
        self._mapped: mmap.mmap | None = None
        self._last = 0
        self._beat = 0
        self._beat_s = float("-inf")
        try:
            # Where pread exists: a truncated file would end the process that reads its mapping.
            if not hasattr(os, "pread"):
                self._mapped = mmap.mmap(self._file, 0, access=mmap.ACCESS_READ)
            self._check()
        except BaseException:
            self.close()
            raise

    def _check(self) -> None:
        magic, version, self._begin, self._slots, self._slot_bytes, _ = struct.unpack(
            "<8sHHIQQ", self._read(0, 32)
        )
        self._width, self._height, self._stride, pixel_format = struct.unpack("<IIII", self._read(32, 16))
        if (magic, version, pixel_format) != (_MAGIC, 1, _RGBA):
            raise ValueError("not a ring of version 1")
        if not (self._begin >= _HEADER_BYTES and 3 <= self._slots <= 1024 and self._slot_bytes % 64 == 0):
            raise ValueError("a header that no writer makes")
        if not (0 < self._width <= _MAX_SIDE and 0 < self._height <= _MAX_SIDE):
            raise ValueError("a size that no picture has")
        if self._stride < 4 * self._width:
            raise ValueError("rows that do not hold a row")
        needed = _SLOT_HEADER_BYTES + self._stride * self._height + 8
        if (
            needed > self._slot_bytes
            or self._begin + self._slots * self._slot_bytes > os.fstat(self._file).st_size
        ):
            raise ValueError("the sizes in the header do not fit the file")

    def is_running(self, wall_ns: int) -> bool:
        """Whether the writer says so and its heartbeat is young."""
        self._beat = self._number(72)
        return self._state() == _RUNNING and abs(wall_ns - self._beat) < STALE_S * 1e9

    def is_live(self, now_s: float) -> bool:
        """Whether the writer runs: by its state, and by a heartbeat that changes."""
        if self._state() != _RUNNING:
            return False
        beat = self._number(72)
        if beat != self._beat or self._beat_s == float("-inf"):
            self._beat, self._beat_s = beat, now_s
        return now_s - self._beat_s < STALE_S

    def newest(self) -> Picture | None:
        """The newest picture; None when it was returned before, or was overwritten while it was copied."""
        number = self._number(64)
        slot = self._begin + number % self._slots * self._slot_bytes
        locks = (slot, slot + self._slot_bytes - 8)
        if number in (0, self._last) or any(self._number(lock) != 2 * number for lock in locks):
            return None
        magic, version, _, width, height, stride, pixel_format, _, frame_id, payload_bytes = (
            _FRAME_HEADER.unpack(self._read(slot + 32, _FRAME_HEADER.size))
        )
        rows = self._read(slot + _SLOT_HEADER_BYTES, self._stride * self._height)
        if any(self._number(lock) != 2 * number for lock in locks):
            return None
        if (magic, version, width, height, stride, pixel_format, payload_bytes) != (
            b"OMOTEFRM", 1, self._width, self._height, self._stride, _RGBA, len(rows),
        ):  # fmt: skip
            raise ValueError("a frame of another size than its ring")
        self._last = number
        return Picture(frame_id, width, height, stride, rows)

    def close(self) -> None:
        if self._mapped is not None:
            self._mapped.close()
            self._mapped = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _state(self) -> int:
        return int.from_bytes(self._read(56, 4), "little")

    def _number(self, offset: int) -> int:
        return int.from_bytes(self._read(offset, 8), "little")

    def _read(self, offset: int, size: int) -> bytes:
        mapped = self._mapped
        data = os.pread(self._file, size, offset) if mapped is None else mapped[offset : offset + size]
        if len(data) != size:
            raise ValueError("the file was truncated")
        return data
