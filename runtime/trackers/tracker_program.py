"""TrackerProgram: one running tracker, a process that ends with this one, and the last lines that it said.

program = TrackerProgram(("bridge", "webcam", "--device", "0"))
print(program.state, program.last_line)
program.close()
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Final, Literal

from protocol.calibration_progress import MAX_LINE_BYTES
from runtime.avatars.loading_client import child_environment

MAX_LINES: Final = 8
MAX_LINE: Final = 300  # characters
_READ: Final = 4096
_CLOSE_S: Final = 0.5

State = Literal["running", "ended", "failed"]


class TrackerProgram:
    """Any thread. Threads of its own read what the program says, so that no pipe fills up.

    Args:
        command: a module of ours and its arguments.
        hear: called on a reading thread with each line of its standard output; None = that is thrown away.
        on_end: called on a reading thread when it has ended and everything that it said was read.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(
        self,
        command: tuple[str, ...],
        *,
        hear: Callable[[bytes], None] | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self.command = command
        self._on_end = on_end
        self._lines: deque[str] = deque(maxlen=MAX_LINES)
        self._is_stopped = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "runtime.trackers.leash", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL if hear is None else subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(),
            bufsize=0,  # a read returns what there is
        )
        self._listening = threading.Thread(
            target=self._listen, args=(hear,), name="omote-tracker-output", daemon=True
        )
        self._listening.start()
        self._thread = threading.Thread(target=self._read, name="omote-tracker", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def state(self) -> State:
        """Whether it runs, has ended as it should, or has failed."""
        code = self._process.poll()
        if code is None:
            return "running"
        return "ended" if code == 0 or self._is_stopped else "failed"

    @property
    def last_line(self) -> str:
        """The newest line that it said; "" before the first."""
        lines = list(self._lines)
        return lines[-1] if lines else ""

    def close(self) -> None:
        """Stop it: politely, then by force; may be called twice."""
        self._is_stopped = True
        self._close_input()
        self._process.terminate()
        try:
            self._process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            threading.Thread(target=self._process.wait, name="omote-reaper", daemon=True).start()
        self._thread.join(_CLOSE_S)

    def _close_input(self) -> None:
        """Ends the leash of a program that runs."""
        with suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _read(self) -> None:
        """The reading thread: keep the last lines of standard error."""
        assert self._process.stderr is not None
        for line in _lines(self._process.stderr):
            self._keep(line)
        self._listening.join()
        self._process.wait()
        self._close_input()
        if self._on_end is not None:
            self._on_end()

    def _listen(self, hear: Callable[[bytes], None] | None) -> None:
        """The thread that reads standard output, where anybody wants it."""
        if hear is None:
            return
        assert self._process.stdout is not None
        for line in _lines(self._process.stdout):
            hear(line)

    def _keep(self, line: bytes) -> None:
        words = "".join(c if c.isprintable() else " " for c in line.decode("utf-8", "replace"))
        if words.strip():
            self._lines.append(words.strip()[:MAX_LINE])


def _lines(pipe: IO[bytes]) -> Iterator[bytes]:
    """Everything that comes through a pipe, in lines of bounded size, until it closes."""
    rest = b""
    with suppress(OSError, ValueError), pipe:
        while data := pipe.read(_READ):
            *lines, rest = (rest + data).replace(b"\r", b"\n").split(b"\n")
            rest = rest[-MAX_LINE_BYTES:]
            yield from lines
    yield rest
