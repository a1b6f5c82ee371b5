"""ReceivedRecorder: writes the messages that drive the face into a take; a slow disk costs no frame.

recorder = ReceivedRecorder(path, inbox.count_drop)
recorder.add(received)                    # the frame loop, every frame
recorder.close()
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from protocol.take import pause_ns
from protocol.take_recorder import CLOSE_S, TakeRecorder
from runtime.errors import TakeCommandError
from runtime.intake.inbox import Received


class ReceivedRecorder:
    """Records one take. Call everything from the frame loop's thread; a thread of its own writes the file.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, count_drop: Callable[[str, str], None]) -> None:
        """Create the file and start the writing thread.

        Args:
            path: the new file.
            count_drop: counts one loss, by its reason and a detail (`Inbox.count_drop`).

        Raises:
            TakeCommandError: the file cannot be created.
        """
        self.path = path
        self._duration_ns = 0
        self._last_ns: int | None = None
        self._count_drop = count_drop
        try:
            self._recorder = TakeRecorder(path, recorded_by="omote run", begin_time_ns=time.time_ns())
        except OSError as error:
            raise TakeCommandError(
                f"{path} cannot be written ({error.strerror}); choose another folder with --takes"
            ) from error
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="omote-recorder", daemon=True)
        self._thread.start()

    @property
    def duration_s(self) -> float:
        """Seconds from the first message to the last, as a reader of the take counts them."""
        return self._duration_ns / 1e9

    @property
    def count(self) -> int:
        """Messages accepted so far."""
        return self._recorder.added

    @property
    def failure(self) -> str:
        """Why nothing is written any more; "" while all is well."""
        error = self._recorder.error
        return (
            f"{self.path} could not be written further ({error.strerror}); free some space" if error else ""
        )

    def add(self, received: list[Received]) -> None:
        """Queue the messages of one frame for writing; never waits.

        When the disk does not keep up, the rest of the frame's messages is left out and counted as one loss.
        """
        for item in received:
            if not self._recorder.add(item.message, item.receive_time_ns):
                if not self._recorder.error:  # an error has been counted by the writing thread
                    self._count_drop("take: disk too slow", f"{self.path.name} misses messages")
                return
            if self._last_ns is not None:
                self._duration_ns += pause_ns(self._last_ns, item.receive_time_ns)
            self._last_ns = item.receive_time_ns

    def close(self) -> None:
        """Write the queued messages and finish the file, within five seconds; may be called twice."""
        self._is_closing.set()
        self._thread.join(CLOSE_S)

    def _write(self) -> None:
        """The writing thread."""
        self._recorder.run(self._is_closing.wait)
        if self.failure:
            self._count_drop("take: not written", self.failure)
