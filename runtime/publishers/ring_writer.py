"""RingWriter: one ring file, from its creation to its removal; protocol/frames/ring_header.py defines the layout.

ring = RingWriter(folder, "omote", width=512, height=512)
number = ring.write(frame)
ring.close(RingState.CLOSED)
"""

from __future__ import annotations

import errno
import mmap
import os
import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from protocol.frames.frame_header import HEADER_BYTES, USUAL_FLAGS, pack_header
from protocol.frames.ring_files import generation_of, ring_files, ring_name
from protocol.frames.ring_header import (
    FRAME_AT,
    HEARTBEAT_AT,
    HEARTBEAT_S,
    LATEST_AT,
    LOCK_BYTES,
    MIN_SLOTS,
    PIXELS_AT,
    PUBLISHED_AT,
    RING_HEADER_BYTES,
    STATE_AT,
    RingHeader,
    RingState,
    pack_ring_header,
    slot_bytes_for,
)
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.file_lock import try_lock
from runtime.publishers.memory_fence import fence

_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_ZEROS: Final = bytes(1 << 20)
MAX_TRIES: Final = 100  # file names that other writers may take in the meantime


class RingWriter:
    """Writes frames of one size. One thread calls `write` and `close`; a second one only updates the heartbeat.

    Attributes:
        path: the file.
        session_id: random number of this file.
        width, height: of every frame, pixels.
    """

    def __init__(
        self, folder: Path, stream: str, *, width: int, height: int, slot_count: int = MIN_SLOTS
    ) -> None:
        """Create the file of the stream's next generation and start its heartbeat.

        Args:
            folder: prepared by `prepare_ring_folder`.
            stream: name of the stream; part of the file name.
            width, height: of every frame, pixels.
            slot_count: frames in the ring.

        Raises:
            PublishError: the file cannot be created, or the disk is full.
        """
        stride = 4 * width
        self.session_id = secrets.randbits(64)
        self.width, self.height = width, height
        self._header = RingHeader(
            slot_count=slot_count,
            slot_bytes=slot_bytes_for(stride, height),
            session_id=self.session_id,
            width=width,
            height=height,
            stride=stride,
            writer_pid=os.getpid() & 0xFFFF_FFFF,
            state=RingState.MAKING,
            latest=0,
            heartbeat_ns=time.time_ns(),
            flags=USUAL_FLAGS,
        )
        self.path, self._file = _new_file(folder, stream)
        self._number = 0
        self._is_closed = False
        try:
            _fill(self._file, self._header.file_bytes)
            self._memory = mmap.mmap(self._file, self._header.file_bytes)
        except OSError as error:
            self._discard()
            raise _no_room(folder, self._header.file_bytes, error) from error
        self._memory[:RING_HEADER_BYTES] = pack_ring_header(self._header)
        # one aligned store per number; struct would write byte by byte
        self._words = np.frombuffer(self._memory, "<u8")
        self._halves = np.frombuffer(self._memory, "<u4", RING_HEADER_BYTES // 4)
        self._pixels = [self._pixels_of(number) for number in range(slot_count)]
        fence()
        self._halves[STATE_AT // 4] = RingState.RUNNING
        self._stopping = threading.Event()
        self._heartbeat = threading.Thread(target=self._beat, name="omote-heartbeat", daemon=True)
        self._heartbeat.start()

    def write(self, frame: Frame) -> int:
        """Write a frame into the next slot and return its number, 1 for the first.

        Args:
            frame: pixels (height, width, 4) uint8.

        Raises:
            PublishError: the file was truncated.
        """
        self.check_size()  # a store behind the end of a mapped file would kill this process
        self._number += 1
        number, words = self._number, self._words
        at = self._header.slot_offset(number)
        begin, end = at // 8, (at + self._header.slot_bytes - LOCK_BYTES) // 8
        words[begin] = words[end] = 2 * number - 1
        fence()
        with memoryview(self._memory) as whole, whole[at + FRAME_AT : at + FRAME_AT + HEADER_BYTES] as head:
            pack_header(frame.header(self.session_id), head)
        np.copyto(self._pixels[number % self._header.slot_count], frame.pixels)
        words[(at + PUBLISHED_AT) // 8] = time.time_ns()
        fence()
        words[end] = 2 * number
        words[begin] = 2 * number
        fence()
        words[LATEST_AT // 8] = number
        words[HEARTBEAT_AT // 8] = time.time_ns()
        return number

    def check_size(self) -> None:
        """Check that the file still has its full size.

        Raises:
            PublishError: another program truncated it.
        """
        if os.fstat(self._file).st_size < self._header.file_bytes:
            raise PublishError(f"{self.path} was truncated by another program; it is created again")

    def check_place(self) -> None:
        """Check that the file is still in its folder, where new readers look for it.

        Raises:
            PublishError: another program removed or replaced it.
        """
        try:
            is_there = os.path.samestat(self.path.stat(), os.fstat(self._file))
        except OSError:
            is_there = False
        if not is_there:
            raise PublishError(f"{self.path} was removed by another program; it is created again")

    def close(self, state: RingState = RingState.CLOSED) -> None:
        """Write the final state for the readers and remove the file, where the system allows it; may be called twice."""
        if self._is_closed:
            return
        self._is_closed = True
        self._stopping.set()
        self._heartbeat.join()
        with suppress(PublishError):
            self.check_size()
            self._halves[STATE_AT // 4] = state
        del self._words, self._halves, self._pixels  # a mapping with views on it cannot be closed
        self._memory.close()
        self._discard()

    def _pixels_of(self, number: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
        header = self._header
        size = header.stride * header.height
        flat = np.frombuffer(self._memory, np.uint8, size, header.slot_offset(number) + PIXELS_AT)
        return flat.reshape(header.height, header.width, 4)

    def _beat(self) -> None:
        while not self._stopping.wait(HEARTBEAT_S / 2):
            with suppress(PublishError):
                self.check_size()
                self._words[HEARTBEAT_AT // 8] = time.time_ns()

    def _discard(self) -> None:
        if os.name == "nt":  # an open file cannot be removed there
            os.close(self._file)
        with suppress(OSError):
            if os.name == "nt" or os.path.samestat(self.path.lstat(), os.fstat(self._file)):
                self.path.unlink()
        if os.name != "nt":
            os.close(self._file)


def _new_file(folder: Path, stream: str) -> tuple[Path, int]:
    """Create the next generation's file: empty, locked, private to this user."""
    for _ in range(MAX_TRIES):
        newest = next((generation_of(path.name, stream) for path in ring_files(folder, stream)), None)
        path = folder / ring_name(stream, (newest or 0) + 1)
        try:
            file = os.open(path, _NEW, 0o600)
        except FileExistsError:
            continue  # another writer took the name
        except OSError as error:
            raise _no_room(folder, 0, error) from error
        if try_lock(file):
            return path, file
        os.close(file)  # `remove_stale_rings` of another process holds the lock right now
    raise PublishError(f"no new file can be created in {folder}; remove the files in it")


def _fill(file: int, size: int) -> None:
    """Allocate the whole file now, so that a full disk is an error here and not a crash while writing a frame."""
    left = memoryview(_ZEROS)
    while size > 0:
        size -= os.write(file, left[: min(size, len(left))])


def _no_room(folder: Path, size: int, error: OSError) -> PublishError:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return PublishError(
            f"{folder} is full: a ring takes {size / 1e6:.1f} MB; make room there, or choose a smaller --size "
            "(in a container: --shm-size)"
        )
    return PublishError(f"no ring can be created in {folder}: {error.strerror or error}")
