"""Recording: writes the messages that a command sends into a take; sending never waits for the disk.

with Recording(Path("take.mcap"), recorded_by="omote-bridge") as recording:
    recording.add(message, receive_time_ns)
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from bridge.errors import RecordingError
from protocol.file_names import check_name
from protocol.messages import ControlMessage
from protocol.take_recorder import CLOSE_S, TakeRecorder


class Recording:
    """One take being recorded. `add` is called from one thread, the rest from any."""

    def __init__(self, path: Path, *, recorded_by: str) -> None:
        """Create the file and start the writing thread.

        Args:
            path: the new file.
            recorded_by: name of the program that records.

        Raises:
            RecordingError: the file exists already, or cannot be created.
            FileError: its name is no good.
        """
        self._sources: set[str] = set()
        self._first_ns = self._last_ns = 0
        check_name(path)
        try:
            self._recorder = TakeRecorder(path, recorded_by=recorded_by, begin_time_ns=time.time_ns())
        except FileExistsError as error:
            raise RecordingError(f"{path} exists already; record under another name") from error
        except OSError as error:
            raise RecordingError(
                f"{path} cannot be written ({error.strerror}); record in another folder"
            ) from error
        self._is_closing = threading.Event()
        self._thread = threading.Thread(
            target=self._recorder.run, args=(self._is_closing.wait,), name="omote-recording", daemon=True
        )
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Messages that are missing in the take, because the disk was too slow or full."""
        return self._recorder.dropped

    def add(self, message: ControlMessage, receive_time_ns: int) -> None:
        """Queue one message for writing; never waits.

        Args:
            message: the message that was sent.
            receive_time_ns: when, Unix nanoseconds.
        """
        if self._recorder.add(message, receive_time_ns):
            self._first_ns = self._first_ns or receive_time_ns
            self._last_ns = receive_time_ns
            self._sources.add(message.source)

    def close(self) -> None:
        """Write the queued messages and finish the file, within five seconds; may be called twice.

        A file without any message is deleted, so that its name is free for the next attempt.
        """
        self._is_closing.set()
        self._thread.join(CLOSE_S)
        if not self._recorder.added and not self._recorder.error:
            self._recorder.path.unlink(missing_ok=True)

    def summary(self) -> str:
        """Describe the finished take, or the reason why there is none, in one line."""
        path, added, dropped = self._recorder.path, self._recorder.added, self._recorder.dropped
        if error := self._recorder.error:
            return (
                f"{path} could not be written further ({error.strerror}); free some space. "
                "What was recorded until then can be played"
            )
        if not added:
            return f"{path}: nothing was sent, so nothing is recorded"
        seconds = (self._last_ns - self._first_ns) / 1e9
        lost = f"; {dropped} are missing, the disk was too slow" if dropped else ""
        names = ", ".join(sorted(self._sources)[:4]) + (", ..." if len(self._sources) > 4 else "")
        return (
            f"{path}: {added} messages of {names} in {seconds:.1f} s{lost}; "
            f"play it with: omote-bridge replay {path}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
