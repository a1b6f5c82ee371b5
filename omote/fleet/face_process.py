"""FaceProcess: the process of one face, which ends with this one.

with closing(FaceProcess({"avatar": "kofi", "fps": 30.0})) as process:
    process.opened(60.0)    # where it listens
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import Any, Final

import msgspec

from omote.fleet.errors import FleetError
from protocol.messages import FaceStatus
from terminal.json_line import json_line

CLOSE_S: Final = 5.0
MAX_LINES: Final = 12


class FaceProcess:
    """Use it from one thread, but `kill`, which any may call.

    Args:
        settings: of the runtime, as in its file.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._errors: deque[str] = deque(maxlen=MAX_LINES)
        self._process = subprocess.Popen(
            # the leash stops it when this process ends, however that ends
            [
                sys.executable, "-m", "runtime.trackers.leash", "omote.fleet.face_program", json_line(settings),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )  # fmt: skip
        self._first = ""
        self._is_said = threading.Event()  # where it listens, or it has ended
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._threads = [self._reader, threading.Thread(target=self._read_first, daemon=True)]
        for thread in self._threads:
            thread.start()

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
        if self._process.poll() is not None:
            self._reader.join(CLOSE_S)
        return "\n".join(self._errors)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def close(self) -> None:
        """Let it finish and end; may be called twice."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(CLOSE_S)

    def _read_first(self) -> None:
        """Read the first line, and then on to the end, so that the process never waits for its output."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            self._first = lines.readline()
            self._is_said.set()
            for _ in lines:
                pass

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._errors.append(line.rstrip())
