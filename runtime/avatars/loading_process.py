"""The program that reads avatars for the runtime: what a stranger's file does to it, the face never notices.

python -m runtime.avatars.loading_process

It does one task after the other from its standard input, with limits on memory and file size, and ends when its input
does. `LoadingClient` starts it, ends it when a task takes too long, and starts it again.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from face.avatar_file import unpack_avatar_file
from protocol.errors import OmoteError
from runtime.avatars.array_handover import FOLDER_PREFIX, MAX_BYTES, write_arrays
from runtime.avatars.loading_messages import (
    Answer,
    Described,
    DescribeTask,
    Drawn,
    Loaded,
    LoadTask,
    Plated,
    PlateTask,
    Refused,
    Task,
    Unpacked,
    UnpackTask,
    task_of,
    to_line,
)
from runtime.avatars.preparation import AvatarChoice, describe, prepare
from runtime.avatars.thumbnail import draw_thumbnail
from runtime.backgrounds.plates import picture_plate

#: Address space: the largest avatar that is allowed needs half of it.
MAX_MEMORY: Final = 1024 * 1024 * 1024
#: Side of the frames for which an unpacked avatar is prepared, to check it.
CHECK_PX: Final = 256
#: Processor time of one task, seconds: ours need a third of one. How long that takes depends on what else the machine does.
TASK_CPU_S: Final = 10.0


def main() -> int:
    """Do tasks until standard input ends; returns the exit status."""
    limit_resources()
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal
    if hasattr(
        signal, "pthread_sigmask"
    ):  # libraries of the program that starts this one may have blocked it
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_read_tasks, args=(tasks,), daemon=True).start()
    _answer(answers.write, Described([]))  # ready
    answers.flush()
    while True:
        task = tasks.get()
        limit_time(TASK_CPU_S)
        answer = do(task)
        limit_time(0.0)
        _answer(answers.write, answer)
        answers.flush()


def limit_resources() -> None:
    """Limit memory and file size of this process, as far as the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_FSIZE, MAX_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def limit_time(cpu_s: float) -> None:
    """End this process by SIGPROF after so much more of processor time, where the system can; 0 = no limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, cpu_s)


def do(task: Task) -> Answer:
    """One task; whatever goes wrong is an answer."""
    try:
        if isinstance(task, LoadTask):
            return _load(task)
        if isinstance(task, DescribeTask):
            return Described([describe(Path(path)) for path in task.paths])
        if isinstance(task, UnpackTask):
            return _unpack(task)
        if isinstance(task, PlateTask):
            plate = picture_plate(Path(task.picture), task.size)
            return Plated(write_arrays(Path(task.file), {"plate": plate}))
        return Drawn(draw_thumbnail(Path(task.path)))
    except OmoteError as error:
        return Refused(str(error))
    except MemoryError:
        return Refused("it needs more memory than an avatar may; make the avatar again, smaller")
    except Exception as error:
        return Refused(
            f"it cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]}); make the avatar again"
        )


def _load(task: LoadTask) -> Loaded:
    prepared = prepare(task.choice)
    avatar = prepared.avatar
    return Loaded(
        path=os.path.realpath(avatar.path) if avatar.path.name else "",
        name=avatar.name,
        background=avatar.background,
        engine=prepared.engine,
        places=write_arrays(Path(task.file), prepared.arrays),
        rest=avatar.rest,
        limits=dict(avatar.limits),
    )


def _unpack(task: UnpackTask) -> Unpacked:
    folder = Path(task.folder)
    unpack_avatar_file(Path(task.file), folder)
    try:
        return Unpacked(prepare(AvatarChoice(text=task.folder, size=CHECK_PX)).avatar.name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _read_tasks(tasks: queue.SimpleQueue[Task]) -> None:
    """The reading thread: the process ends with its input, also in the middle of a task.

    A runtime that was killed could not remove its folder of files, so that is done here.
    """
    folders: set[Path] = set()
    with suppress(OSError, ValueError):
        for line in sys.stdin.buffer:
            task = task_of(line)
            if isinstance(task, LoadTask | PlateTask):
                folders.add(Path(task.file).parent)
            tasks.put(task)
    for folder in folders:
        if folder.name.startswith(FOLDER_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _answer(write: Callable[[bytes], object], answer: Answer) -> None:
    write(to_line(answer) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
