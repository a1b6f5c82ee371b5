"""Recording: writes what is sent into a take, beside sending it, and never holds anybody up.

with Recording(Path("take.mcap"), recorded_by="omote-bridge") as recording:
    recording.add(message, receive_time_ns)   # hands over; a thread of its own waits for the disk
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bridge.errors import RecordingError
from protocol.messages import ControlMessage
from protocol.take import Recorded, TakeWriter

#: Messages that may wait for the disk: 20 seconds of a face at 60 pictures a second.
QUEUE: Final = 4096
WRITE_EVERY_S: Final = 0.5
CLOSE_S: Final = 5.0


class Recording:
    """One take being recorded. `add` may be called from one thread, the rest from any.

    Attributes:
        path: the file.
        added: messages handed over for writing.
        dropped: messages left out because the disk was too slow or full.
        sources: who they are of.
        failure: why nothing is written any more; "" while all is well.
    """

    def __init__(self, path: Path, *, recorded_by: str) -> None:
        """Begin a new file.

        Raises:
            RecordingError: it exists already, or cannot be made.
        """
        self.path = path
        self.added = 0
        self.dropped = 0
        self.sources: set[str] = set()
        self.failure = ""
        self._first_ns = self._last_ns = 0
        self._waiting: deque[Recorded] = deque()
        self._is_closing = threading.Event()
        try:
            self._writer = TakeWriter(path, recorded_by=recorded_by, begin_time_ns=time.time_ns())
        except FileExistsError as error:
            raise RecordingError(f"{path} exists already; record under another name") from error
        except OSError as error:
            raise RecordingError(
                f"{path} cannot be written ({error.strerror}); record in another folder"
            ) from error
        self._thread = threading.Thread(target=self._write, name="omote-recording", daemon=True)
        self._thread.start()

    def add(self, message: ControlMessage, receive_time_ns: int) -> None:
        """Hand one message over; never waits."""
        if self.failure or len(self._waiting) >= QUEUE:
            self.dropped += 1
            return
        self._waiting.append(Recorded(receive_time_ns, message))
        self._first_ns = self._first_ns or receive_time_ns
        self._last_ns = receive_time_ns
        self.sources.add(message.source)
        self.added += 1

    def close(self) -> None:
        """Write what waits and finish the file, within five seconds; may be called twice.

        A file without any message is not kept: its name is free for the next attempt.
        """
        self._is_closing.set()
        self._thread.join(CLOSE_S)
        if not self.added and not self.failure:
            self.path.unlink(missing_ok=True)

    def summary(self) -> str:
        """What became of it, in one line."""
        if self.failure:
            return self.failure
        if not self.added:
            return f"{self.path}: nothing was sent, so nothing is recorded"
        seconds = (self._last_ns - self._first_ns) / 1e9
        lost = f"; {self.dropped} are missing, the disk was too slow" if self.dropped else ""
        names = ", ".join(sorted(self.sources)[:4]) + (", ..." if len(self.sources) > 4 else "")
        return (
            f"{self.path}: {self.added} messages of {names} in {seconds:.1f} s{lost}; "
            f"play it with: omote-bridge replay {self.path}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self) -> None:
        """The thread: everything that waits, twice a second, so that no message wakes it."""
        try:
            is_last = False
            while not is_last:
                is_last = self._is_closing.wait(WRITE_EVERY_S)
                while self._waiting:
                    recorded = self._waiting.popleft()
                    self._writer.write(recorded.message, recorded.receive_time_ns)
                self._writer.flush()
            self._writer.close()
        except OSError as error:
            with suppress(OSError):  # the same again
                self._writer.close()
            self.failure = (
                f"{self.path} could not be written further ({error.strerror}); free some space. "
                "What was recorded until then can be played"
            )
