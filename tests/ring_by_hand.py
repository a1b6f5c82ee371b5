"""Writes shared-memory rings byte by byte from docs/protocol.md, without any of Omote's code."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class RingByHand:
    """A ring file whose every byte the test decides."""

    def __init__(
        self, path: Path, *, width: int, height: int, stride: int = 0, slots: int = 3, session: int = 77
    ) -> None:
        self.path = path
        self.width, self.height, self.stride = width, height, stride or 4 * width
        self.slots, self.session = slots, session
        payload = self.stride * height
        self.slot_bytes = -(-(128 + payload + 8) // 64) * 64
        self.bytes = bytearray(128 + slots * self.slot_bytes)
        struct.pack_into("<8sHHIQQIIIIII", self.bytes, 0, b"OMOTERNG", 1, 128, slots, self.slot_bytes, session,
                         width, height, self.stride, 1, 15, 4711)  # fmt: skip
        self.state = 1
        self.latest = 0

    @property
    def state(self) -> int:
        return struct.unpack_from("<I", self.bytes, 56)[0]

    @state.setter
    def state(self, state: int) -> None:
        struct.pack_into("<II", self.bytes, 56, state, 0)

    def put(self, number: int, pixels: bytes) -> None:
        """Write frame `number`; its frame id is 1000 + number."""
        at = 128 + number % self.slots * self.slot_bytes
        struct.pack_into("<Qq16x", self.bytes, at, 2 * number, time.time_ns())
        struct.pack_into("<8sHHIIIIIQqqqQQ16x", self.bytes, at + 32, b"OMOTEFRM", 1, 96, self.width, self.height,
                         self.stride, 1, 15, 1000 + number, 11, 12, 13, len(pixels), self.session)  # fmt: skip
        self.bytes[at + 128 : at + 128 + len(pixels)] = pixels
        struct.pack_into("<Q", self.bytes, at + self.slot_bytes - 8, 2 * number)
        struct.pack_into("<Q", self.bytes, 64, number)

    def save(self, *, heartbeat_ns: int | None = None) -> None:
        """Write the file, with a heartbeat of this moment unless told another."""
        struct.pack_into("<q", self.bytes, 72, time.time_ns() if heartbeat_ns is None else heartbeat_ns)
        self.path.write_bytes(self.bytes)


@contextmanager
def beating(folder: Path, *, age_s: float = 0.0) -> Iterator[None]:
    """Keep the heartbeat of every ring in a folder this old, however long another process takes to start."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(0.05):
            for path in folder.glob("*.ring"):
                with suppress(OSError):
                    if path.is_file() and not path.is_symlink() and path.stat().st_size >= 128:
                        with path.open("r+b", buffering=0) as file:
                            file.seek(72)
                            file.write(struct.pack("<q", time.time_ns() - round(age_s * 1e9)))

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
