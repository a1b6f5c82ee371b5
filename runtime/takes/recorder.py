"""TakeRecorder: writes what moves the face into a take, on a thread of its own, so that a slow disk costs no frame.

recorder = TakeRecorder(path, count_drop)
recorder.take(received)                   # the loop, every frame
recorder.close()
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from typing import Final

from protocol.take import TakeWriter
from runtime.errors import TakeCommandError
from runtime.intake.inbox import Received

QUEUE: Final = 4096  # messages that may wait for the disk: about ten seconds of a busy face
CLOSE_S: Final = 5.0


class TakeRecorder:
    """One take. Threads: everything from the loop's thread; the file belongs to the recorder's own.

    Attributes:
        path: the file.
        count: messages taken so far.
    """

    def __init__(self, path: Path, count_drop: Callable[[str, str], None]) -> None:
        """Open the file and start.

        Raises:
            TakeCommandError: the file cannot be made.
        """
        self.path = path
        self.count = 0
        self.failure = ""
        self._count_drop = count_drop
        self._queue: Queue[Received | None] = Queue(QUEUE)  # None: the end
        self._is_closing = False
        try:
            self._writer = TakeWriter(path, recorded_by="omote run", begin_time_ns=time.time_ns())
        except OSError as error:
            raise TakeCommandError(
                f"{path} cannot be written ({error.strerror}); choose another folder with --takes"
            ) from error
        self._thread = threading.Thread(target=self._write, name="omote-recorder", daemon=True)
        self._thread.start()

    def take(self, received: list[Received]) -> None:
        """Hand over what a frame received; what the disk cannot keep up with is counted and left out."""
        for item in received:
            try:
                self._queue.put_nowait(item)
            except Full:
                self._count_drop("take: disk too slow", f"{self.path.name} misses messages")
                return
            self.count += 1

    def close(self) -> None:
        """Write what waits, and close the file; may be called twice."""
        self._is_closing = True
        with suppress(Full):  # then the thread does not wait, and sees that it is to end
            self._queue.put_nowait(None)
        self._thread.join(CLOSE_S)

    def _write(self) -> None:
        try:
            while not (self._is_closing and self._queue.empty()):
                item = self._queue.get()
                if item is not None:
                    self._writer.write(item.message, item.receive_time_ns)
            self._writer.close()
        except OSError as error:
            self.failure = f"{self.path} could not be written further ({error.strerror}); free some space"
            self._count_drop("take: not written", self.failure)
