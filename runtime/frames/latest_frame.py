"""LatestFrame: passes the newest frame from the loop's thread to one other thread (triple buffering).

There are three buffers: the writer's, the newest and the reader's. `put` and `take` swap two of them, so neither thread
waits for the other's copy. Nothing is allocated while the size stays the same.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import HEADER_BYTES, pack_header
from runtime.frames.frame import Frame


@dataclass(slots=True, eq=False)
class _Buffer:
    message: bytearray
    pixels: NDArray[np.uint8]  # (H, W, 4), a view into message


def _buffer(shape: tuple[int, ...]) -> _Buffer:
    message = bytearray(HEADER_BYTES + int(np.prod(shape)))
    return _Buffer(message, np.frombuffer(message, np.uint8, offset=HEADER_BYTES).reshape(shape))


class LatestFrame:
    """One slot: `put` belongs to the loop's thread, `take` to one other thread."""

    def __init__(self, session_id: int) -> None:
        """Start without a frame.

        Args:
            session_id: the publisher's random number, written into every header.
        """
        self._session_id = session_id
        self._swap = threading.Lock()
        self._writing = _buffer((0, 0, 4))
        self._newest = _buffer((0, 0, 4))
        self._reading = _buffer((0, 0, 4))
        self._is_fresh = False
        self.generation = 0  # number of frames put

    def put(self, frame: Frame) -> None:
        """Copy a frame into the slot; a frame that was not taken is replaced."""
        if self._writing.pixels.shape != frame.pixels.shape:
            self._writing = _buffer(frame.pixels.shape)
        pack_header(frame.header(self._session_id), self._writing.message)
        np.copyto(self._writing.pixels, frame.pixels)
        with self._swap:
            self._writing, self._newest = self._newest, self._writing
            self._is_fresh = True
            self.generation += 1

    def take(self) -> tuple[int, bytearray]:
        """The newest frame; the same frame again if there is no newer one.

        Returns:
            The generation, and the message: 96 bytes of header and the pixels, overwritten by the next `take`. Generation 0
            and a message without pixels before the first `put`.
        """
        with self._swap:
            if self._is_fresh:
                self._reading, self._newest = self._newest, self._reading
                self._is_fresh = False
            return self.generation, self._reading.message
