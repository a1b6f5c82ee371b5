"""LeashedProcess: a Python program as a process that ends with this one, however that ends.

process = LeashedProcess(["omote", "run"], on_output=print)
process.close()
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Final, Protocol

#: Longest wait for a program that stops: a runtime finishes a take and closes its ports.
CLOSE_S: Final = 5.0
MAX_LINES: Final = 12


class Process(Protocol):
    """What is needed of a process: a `subprocess.Popen`, or a process that another one has forked.

    Its methods and attributes are those of `subprocess.Popen`, with text on its streams.
    """

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> IO[str] | None: ...
    @property
    def stdout(self) -> IO[str] | None: ...
    @property
    def stderr(self) -> IO[str] | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def poll(self) -> int | None: ...
    def kill(self) -> None: ...


def start_python(program: Sequence[str], environment: Mapping[str, str]) -> Process:
    """Start a module of ours as a program that ends with its standard input.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "runtime.trackers.leash", *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
    )


class LeashedProcess:
    """Any thread, but `close` by one at a time.

    Args:
        program: a module and its arguments.
        start: starts the program; another way than `start_python`.
        on_output, on_error: called in threads of their own with each line that the program writes.
        on_end: called when its output has ended.

    Attributes:
        process: the process itself; its input is closed to stop it.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(
        self,
        program: Sequence[str],
        *,
        start: Callable[[Sequence[str], Mapping[str, str]], Process] = start_python,
        on_output: Callable[[str], None],
        on_error: Callable[[str], None] = lambda line: None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._errors: deque[str] = deque(maxlen=MAX_LINES)
        self._on_output, self._on_error, self._on_end = on_output, on_error, on_end
        self.process = start(program, os.environ | {"PYTHONUTF8": "1"})
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._error_reader = threading.Thread(
            target=self._read_errors, args=(self.process.stderr,), daemon=True
        )
        self._threads = [
            threading.Thread(target=self._read_output, args=(self.process.stdout,), daemon=True),
            self._error_reader,
        ]
        for thread in self._threads:
            thread.start()

    @property
    def last_words(self) -> str:
        """What it said last on standard error, for its user."""
        if self.process.poll() is not None:
            self._error_reader.join(CLOSE_S)
        return "\n".join(self._errors)

    def close(self) -> None:
        """Let it finish and end; may be called twice."""
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for thread in self._threads:
            thread.join(CLOSE_S)

    def _read_output(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self._on_output(line)
        self._on_end()

    def _read_errors(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self._errors.append(line.rstrip())
                self._on_error(line)
