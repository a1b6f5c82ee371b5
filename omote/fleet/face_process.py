"""FaceProcess: the process of one face, which ends with this one.

with closing(FaceProcess({"avatar": "kofi", "fps": 30.0})) as process:
    process.opened(60.0)    # where it listens
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from omote.fleet.errors import FleetError
from omote.fleet.forked_process import fork
from omote.leashed_process import LeashedProcess, start_python
from protocol.messages import FaceStatus
from terminal.json_line import json_line


class FaceProcess:
    """Use it from one thread, but `kill`, which any may call.

    Args:
        settings: of the runtime, as in its file.
        is_forked: by the fork server of this machine.
        on_end: called on a thread when it has ended.

    Raises:
        OSError: it cannot be started.
        StartingError: the fork server is not there yet.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        *,
        is_forked: bool = False,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_end = on_end
        self._first = ""
        self._is_said = threading.Event()  # where it listens, or it has ended
        self._leashed = LeashedProcess(
            ["omote.fleet.face_program", json_line(settings)],
            start=fork if is_forked else start_python,
            on_output=self._take_first,
            on_end=self._end,
        )
        self._process = self._leashed.process

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def opened(self, timeout_s: float) -> FaceStatus | None:
        """Where it listens; None while it does not yet, after at most `timeout_s`.

        Raises:
            FleetError: it has ended instead; the message is its own.
        """
        if not self._is_said.wait(timeout_s):
            return None
        try:
            return msgspec.json.decode(self._first, type=FaceStatus)
        except msgspec.DecodeError as error:
            self.close()
            raise FleetError(self.last_words or "its process ended without a word") from error

    def wait(self, timeout_s: float) -> bool:
        """Wait until the process has ended, at most `timeout_s`; returns whether it has."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def last_words(self) -> str:
        """What it said last on standard error."""
        return self._leashed.last_words

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def close(self) -> None:
        """Let it finish and end; may be called twice."""
        self._leashed.close()

    def _end(self) -> None:
        self._is_said.set()
        self._on_end()

    def _take_first(self, line: str) -> None:
        if not self._is_said.is_set():
            self._first = line
            self._is_said.set()
