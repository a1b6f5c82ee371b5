"""LivePicture: a thread that reads the runtime's picture from shared memory, for an image of Blender.

    picture = LivePicture("omote")
    newest = picture.newest()           # (width, height, floats), or None
    picture.close()

The floats are what `Image.pixels` takes: RGBA 0..1, sRGB as in the ring, bottom row first. The thread converts them: only
the newest picture, after the last one was taken.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from .ring import RingReader

POLL_S: Final = 0.004


class LivePicture:
    """The newest picture of one stream. Any thread may call it.

    Attributes:
        stream: its name.
        count: pictures that were converted.
        problem: why there is none, in words; "" while there is one.
    """

    def __init__(self, stream: str) -> None:
        import numpy  # Blender from blender.org has it; Debian's needs python3-numpy

        self._numpy = numpy
        self.stream = stream
        self.count = 0
        self.problem = f"no stream {stream!r} on this machine; start one with: omote run --stream {stream}"
        self._slot: tuple[int, int, Any] | None = None
        self._is_taken = threading.Event()
        self._is_taken.set()
        self._ends = threading.Event()
        self._reader = RingReader(stream)
        self._thread = threading.Thread(target=self._run, name="omote picture", daemon=True)
        self._thread.start()

    def newest(self) -> tuple[int, int, Any] | None:
        """Width, height and (height * width * 4,) float32, once."""
        taken = self._slot
        # Cleared only when full: a picture that arrived in between would be lost, and the thread would wait for ever.
        if taken is not None:
            self._slot = None
            self._is_taken.set()
        return taken

    def close(self) -> None:
        """End the thread and close the file; may be called twice."""
        self._ends.set()
        self._is_taken.set()
        self._thread.join()

    def _run(self) -> None:
        missing = self.problem
        while not self._ends.is_set():
            self._is_taken.wait(0.1)
            if not self._is_taken.is_set():
                continue
            picture = self._reader.newest()
            self.problem = "" if self._reader.is_open else missing
            if picture is None:
                self._ends.wait(POLL_S)
                continue
            rows = self._numpy.frombuffer(picture.rows, self._numpy.uint8)
            rows = rows.reshape(picture.height, picture.stride)[::-1, : 4 * picture.width]
            floats = self._numpy.multiply(rows, self._numpy.float32(1 / 255), dtype=self._numpy.float32)
            self._is_taken.clear()
            self._slot = (picture.width, picture.height, floats.ravel())
            self.count += 1
        self._reader.close()
