"""MakingClient: one run of the program that makes avatars, with its private folder.

client = MakingClient(program, Path("avatars"), heard=print)
client.ask(LookTask())
client.close()
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from face.errors import AvatarError
from runtime.avatars.loading_client import LOW_PRIORITY, NICENESS, child_environment
from runtime.avatars.making_messages import (
    MakingAnswer,
    MakingRefused,
    MakingTask,
    Step,
    line_of,
    making_answer_of,
)

#: Longest time without an answer during a task: one step on a machine that is busy with something else.
SILENCE_S: Final = 180.0
MAX_ANSWER: Final = 64 * 1024
_CLOSE_S: Final = 0.3


class MakingClient:
    """`ask` and `close` are for any thread and never wait for the program.

    Args:
        program: the command of the program, to which the folder's path is added.
        parent: where the private folder is made; it must exist.
        heard: called with every answer, on a thread of this client.
        silence_s: after this time without an answer, seconds, a task is given up.

    Attributes:
        folder: the private folder; it is removed at the end.

    Raises:
        AvatarError: the folder cannot be made, or the program cannot be started.
    """

    def __init__(
        self,
        program: tuple[str, ...],
        parent: Path,
        heard: Callable[[MakingAnswer], None],
        *,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._heard = heard
        self._silence_s = silence_s
        self._watch: threading.Timer | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        self._is_late = False
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=".omote-", suffix=".making", dir=parent))
        except OSError as error:
            raise AvatarError(f"{parent} cannot be written ({error.strerror}); is the disk full?") from error
        self._end: Final = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        try:
            self._process = subprocess.Popen(
                [*program, str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
                creationflags=LOW_PRIORITY,
            )
        except OSError as error:
            self._end()
            raise AvatarError(f"the program that makes avatars did not start ({error})") from error
        if hasattr(os, "setpriority"):  # the frame loop is served first
            with suppress(OSError):
                niceness = os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
                os.setpriority(os.PRIO_PROCESS, self._process.pid, niceness)
        self._thread = threading.Thread(target=self._read, name="omote-making", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    def ask(self, task: MakingTask) -> None:
        """Begin a task; the answers follow."""
        assert self._process.stdin is not None
        self._wait_for_answer()
        with suppress(OSError, ValueError):  # it has ended, which the reading thread reports
            self._process.stdin.write(line_of(task))
            self._process.stdin.flush()

    def close(self) -> None:
        """End the program and remove the folder; may be called twice."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            self._stop_watch()
        self._process.kill()
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_S)
        if not self._thread.is_alive():  # else the program still writes, and that thread removes the folder
            self._end()

    def _read(self) -> None:
        """The reading thread, until the program ends."""
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        with suppress(OSError, ValueError, msgspec.MsgspecError):
            while line := self._process.stdout.readline(MAX_ANSWER):
                answer = making_answer_of(line)
                if isinstance(answer, Step):
                    self._wait_for_answer()
                else:
                    with self._lock:
                        self._stop_watch()
                self._heard(answer)
        self._process.kill()
        status = self._process.wait()
        with suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
        with self._lock:
            self._stop_watch()
            is_closed = self._is_closed
        if is_closed:
            self._end()
        else:
            why = (
                f"took longer than {self._silence_s:g} s for one step"
                if self._is_late
                else f"ended (status {status})"
            )
            self._heard(MakingRefused(f"the program that makes avatars {why}; try again, or another photo"))

    def _wait_for_answer(self) -> None:
        """Start the time for the next answer."""
        with self._lock:
            self._stop_watch()
            if not self._is_closed:
                self._watch = threading.Timer(self._silence_s, self._give_up)
                self._watch.daemon = True
                self._watch.start()

    def _give_up(self) -> None:
        self._is_late = True
        self._process.kill()

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
