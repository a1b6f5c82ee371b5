"""LoadingClient: a loading process that is started when it is needed, and ended when a task takes too long.

client = LoadingClient()
answer = client.ask(DescribeTask(paths))
prepared = client.load(choice)
client.close()
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.errors import AvatarError
from runtime.avatars.array_handover import FOLDER_PREFIX, map_arrays
from runtime.avatars.loading_messages import (
    Answer,
    Loaded,
    LoadTask,
    Plated,
    PlateTask,
    Refused,
    Task,
    answer_of,
    to_line,
)
from runtime.avatars.preparation import AvatarChoice
from runtime.engines.prepared import PreparedAvatar

#: Longest time for one task, for what needs no processor time, such as a broken disk. What computes for ever is ended by
#: the process itself (`loading_process.TASK_CPU_S`), also on a machine that is so busy that good avatars take long.
TASK_S: Final = 60.0
#: Longest start of the process, on a machine that is busy.
START_S: Final = 30.0
MAX_ANSWER: Final = 1024 * 1024
#: The frame loop is served first, on POSIX: a tenth of its share of a busy core.
NICENESS: Final = 10
#: The same on Windows.
LOW_PRIORITY: Final[int] = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
_CLOSE_S: Final = 0.3
#: The status of a process that SIGPROF ended; Windows has no such signal.
_TOO_MUCH_CPU: Final = -getattr(signal, "SIGPROF", 1 << 16)
_ROOT: Final = Path(__file__).resolve().parents[2]
_ONE_THREAD: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
#: By default glibc gives the memory of every large array back to the kernel, which fills it with zeros for the next one:
#: a third of a task's processor time. It may keep this much; other systems ignore the setting.
_KEEP_MEMORY: Final = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024 * 1024),
}
#: Files here are memory: nothing is written to a disk.
_MEMORY: Final = Path("/dev/shm")


class LoadingClient:
    """`ask` and `load` block, so never call them on the frame loop's thread; `close` is for any thread.

    Args:
        task_s: longest time for one task, seconds.
    """

    def __init__(self, *, task_s: float = TASK_S) -> None:
        self._task_s = task_s
        self._one_task = threading.Lock()
        self._running = _Running()
        self._is_late = False
        self._files = 0
        weakref.finalize(self, self._running.end)  # also of a client that nobody closes, and when Python ends

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        process = self._running.process
        return process.pid if process is not None and process.poll() is None else None

    def load(self, choice: AvatarChoice, *, is_first: bool = False) -> PreparedAvatar:
        """Prepare an avatar in the process; its arrays are mapped, not copied.

        Args:
            is_first: no frame can be drawn before it is there, so that there is none to be served first.

        Raises:
            AvatarError: it cannot be used, takes too long, or needs too much; the message says which.
        """
        with self._one_task:
            file = self._new_file()
            try:
                answer = self._ask(LoadTask(choice, str(file)), choice.text, is_nice=not is_first)
                if not isinstance(answer, Loaded):
                    raise AvatarError(_refusal(answer, choice.text))
                arrays = map_arrays(file, answer.places)
            except OSError as error:
                raise AvatarError(f"{choice.text:.300} cannot be handed over ({error})") from error
            finally:
                with suppress(OSError):
                    file.unlink()
            avatar = Avatar(
                path=Path(answer.path),
                name=answer.name,
                engine=answer.engine,
                background=answer.background,
                files={},
                rest=answer.rest,
                limits=answer.limits,
            )
            return PreparedAvatar(avatar, answer.engine, arrays, choice.background)

    def plate(self, picture: Path, size: int) -> NDArray[np.uint8]:
        """Read a picture that is to stand behind avatars, (size, size, 4) uint8 RGBA, opaque.

        Raises:
            AvatarError: it cannot be used; the message says why.
        """
        with self._one_task:
            file = self._new_file()
            try:
                answer = self._ask(PlateTask(str(picture), size, str(file)), str(picture))
                if not isinstance(answer, Plated):
                    raise AvatarError(_refusal(answer, str(picture)))
                return np.array(map_arrays(file, answer.places)["plate"])
            except OSError as error:
                raise AvatarError(f"{picture} cannot be handed over ({error})") from error
            finally:
                with suppress(OSError):
                    file.unlink()

    def ask(self, task: Task, what: str = "") -> Answer:
        """Do another task in the process.

        Args:
            task: the task.
            what: what it is about, for messages.

        Raises:
            AvatarError: it takes too long, or needs too much.
        """
        with self._one_task:
            return self._ask(task, what)

    def close(self) -> None:
        """End the process; may be called twice, and during a task."""
        self._running.end()

    def _new_file(self) -> Path:
        self._files += 1
        return self._running.folder() / f"{self._files}.arrays"

    def _ask(self, task: Task, what: str, *, is_nice: bool = True) -> Answer:
        process = self._started(is_nice=is_nice)
        answer = self._exchange(process, to_line(task), self._task_s)
        if not is_nice:
            _make_nice(process)
        if answer is None:
            raise AvatarError(f"{what:.300} {self._ended(process)}")
        return answer

    def _started(self, *, is_nice: bool) -> subprocess.Popen[bytes]:
        process = self._running.process
        if process is not None and process.poll() is None:
            return process
        process = self._running.start(is_nice=is_nice)
        if self._exchange(process, b"", START_S) is None:
            raise AvatarError(f"the program that reads avatars did not start; it {self._ended(process)}")
        return process

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes, limit_s: float) -> Answer | None:
        """Write one line, if there is one, and read the next; None = the process has ended, killed after `limit_s`."""
        assert process.stdin is not None
        assert process.stdout is not None

        def end() -> None:
            self._is_late = True
            process.kill()

        self._is_late = False
        timer = threading.Timer(limit_s, end)
        timer.daemon = True
        timer.start()
        try:
            if line:
                process.stdin.write(line + b"\n")
                process.stdin.flush()
            read = process.stdout.readline(MAX_ANSWER)
            return answer_of(read)
        except (OSError, ValueError):  # closed pipes; half a line
            return None
        finally:
            timer.cancel()

    def _ended(self, process: subprocess.Popen[bytes]) -> str:
        """Why there is no answer, after the process is gone."""
        code = self._running.stop(process)
        if self._running.is_over:
            return "is not read any more: the runtime stops"
        if self._is_late:
            return f"took longer than {self._task_s:g} s to read and was given up; make the avatar again"
        if code == _TOO_MUCH_CPU:
            return "needed too much processor time to read and was given up; make the avatar again"
        return f"ended the program that reads avatars (status {code}); make the avatar again"


class _Running:
    """The process and the folder of its files, of which nothing may stay behind. Any thread."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.is_over = False
        self._lock = threading.Lock()
        self._folder: Path | None = None

    def start(self, *, is_nice: bool) -> subprocess.Popen[bytes]:
        with self._lock:
            if self.is_over:
                raise AvatarError("the runtime stops")
            if self.process is not None:
                _close_pipes(self.process)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runtime.avatars.loading_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
                creationflags=LOW_PRIORITY,
            )
            if is_nice:
                _make_nice(self.process)  # at once: importing takes longer than most tasks
            return self.process

    def stop(self, process: subprocess.Popen[bytes]) -> int:
        """Kill a process that gives no answer; returns its status."""
        process.kill()
        code = process.wait()
        _close_pipes(process)
        with self._lock:
            if self.process is process:
                self.process = None
        return code

    def folder(self) -> Path:
        """The folder for files, which only this user can read."""
        with self._lock:
            if self._folder is None:
                parent = _MEMORY if os.access(_MEMORY, os.W_OK | os.X_OK) else None
                self._folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))
            return self._folder

    def end(self) -> None:
        """Kill the process and remove the folder; may be called twice."""
        with self._lock:
            self.is_over = True
            process, self.process = self.process, None
            folder, self._folder = self._folder, None
        if process is not None:
            process.kill()
            try:
                process.wait(_CLOSE_S)
            except subprocess.TimeoutExpired:
                # On a busy machine a killed process of the lowest priority ends late: a thread waits for it.
                threading.Thread(target=process.wait, name="omote-reaper", daemon=True).start()
            _close_pipes(process)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _make_nice(process: subprocess.Popen[bytes]) -> None:
    """Let the frame loop be served before a process; twice is as once. On Windows it is so from its start."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError, ValueError):
            if pipe is not None:
                pipe.close()


def _refusal(answer: Answer, what: str) -> str:
    if not isinstance(answer, Refused):
        return f"{what:.300} was answered with {type(answer).__name__}"
    return answer.message if not answer.message.startswith("it ") else f"{what:.300}: {answer.message}"


def child_environment() -> dict[str, str]:
    """The environment of a program of ours: it finds our packages, and computes on one thread."""
    environment = dict(os.environ) | dict.fromkeys(_ONE_THREAD, "1") | _KEEP_MEMORY
    environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return environment
