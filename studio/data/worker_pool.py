"""WorkerPool: worker processes that draw, each with a graphics context of its own.

    with WorkerPool(job, workers=2) as pool:
        pool.assign(0, Task(number=17))
        worker, report = pool.next_report()

Each worker is a new program (`python -m studio.data.worker`). It reads a job and then tasks from its standard input
and writes reports to its standard output, one JSON object a line. A new program has no forked graphics driver and needs
no guard around `__main__`, and when the parent process ends, the worker's pipes close and it ends too.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Self

import msgspec

from studio.data.recipe import Recipe
from studio.errors import StudioError

MAX_WORKERS: Final = 256
_ROOT: Final = Path(__file__).resolve().parents[2]
#: Each worker uses one core: threads that libraries start would compete for the cores, and a sum that is split among
#: threads differs in the last digit.
_ONE_THREAD: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_CLOSE_S: Final = 5.0


class Job(msgspec.Struct, frozen=True):
    """What a worker needs for all of its tasks.

    Attributes:
        source: path of ICT-FaceKit's arrays.
        recipe: what to draw.
        folder: folder for shards; empty when the worker fills batches.
        batch: pictures a batch. slots: path of the file of `BatchSlots`; empty when the worker writes shards.
        slot_count: slots in that file.
    """

    source: str
    recipe: Recipe
    folder: str = ""
    batch: int = 0
    slots: str = ""
    slot_count: int = 0


class Task(msgspec.Struct, frozen=True):
    """Number of a shard to write, or of a batch to draw into a slot."""

    number: int
    slot: int = 0


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """A worker's message to the pool.

    Attributes:
        kind: "ready", "picture" (one more is drawn), "done" (a task is), or "error" (the worker ends).
        task: with "done", the task.
        text: with "error", the message.
    """

    kind: str
    task: Task | None = None
    text: str = ""


class WorkerPool:
    """Worker processes of one job. Used by one thread; a context manager."""

    def __init__(self, job: Job, *, workers: int, devices: Sequence[int] = ()) -> None:
        """Start the workers; each sends a "ready" report when it can draw.

        Args:
            workers: number of processes, 1 to MAX_WORKERS.
            devices: numbers of EGL devices (graphics cards), assigned to the workers in turn; empty = the default one.

        Raises:
            StudioError: `workers` is out of range.
        """
        if not 1 <= workers <= MAX_WORKERS:
            raise StudioError(
                f"workers is {workers}, expected 1 to {MAX_WORKERS}; as many as there are cores"
            )
        self._reports: queue.Queue[tuple[int, Report | None]] = queue.Queue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._errors: list[IO[bytes]] = []
        try:
            for number in range(workers):
                device = devices[number % len(devices)] if devices else None
                self._start(number, job, _environment(workers, device))
        except BaseException:
            self.close()
            raise

    def assign(self, worker: int, task: Task) -> None:
        """Send a task to a worker. If the worker has died, `next_report` raises."""
        self._write(self._processes[worker], msgspec.json.encode(task))

    def next_report(self) -> tuple[int, Report]:
        """Wait for the next report of any worker: (worker, report).

        Raises:
            StudioError: a worker reported an error, or has died.
        """
        while True:
            try:
                # on Windows, Ctrl-C does not interrupt a wait without a timeout
                worker, report = self._reports.get(timeout=0.5)
            except queue.Empty:
                continue
            if report is None:
                raise StudioError(self._exit_message(worker))
            if report.kind == "error":
                raise StudioError(report.text)
            return worker, report

    def close(self) -> None:
        """End all workers; may be called twice."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_CLOSE_S)
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        for file in self._errors:
            file.close()
        self._processes.clear()
        self._errors.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, number: int, job: Job, environment: dict[str, str]) -> None:
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the worker
        self._errors.append(errors)
        process = subprocess.Popen(
            [sys.executable, "-m", "studio.data.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        )
        self._processes.append(process)
        self._write(process, msgspec.json.encode(job))
        threading.Thread(target=self._listen, args=(number, process), daemon=True).start()

    def _write(self, process: subprocess.Popen[bytes], line: bytes) -> None:
        assert process.stdin is not None
        with suppress(BrokenPipeError, OSError):  # `_listen` notices a dead worker by its closed output
            process.stdin.write(line + b"\n")
            process.stdin.flush()

    def _listen(self, number: int, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        # ValueError and OSError: the pipe was closed while reading; MsgspecError: the line is no report
        with suppress(ValueError, OSError, msgspec.MsgspecError):
            for line in process.stdout:
                self._reports.put((number, msgspec.json.decode(line, type=Report)))
        self._reports.put((number, None))

    def _exit_message(self, worker: int) -> str:
        """How a worker ended, with the last line that it wrote to its standard error."""
        process = self._processes[worker]
        code = process.wait()
        self._errors[worker].seek(0)
        lines = self._errors[worker].read().decode("utf-8", "replace").strip().splitlines()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        last = f": {lines[-1]}" if lines else ""
        hint = " (out of memory? fewer --workers need less)" if code == -9 else ""
        return f"worker {worker} (process {process.pid}) {how}{hint}{last}"


def _environment(workers: int, device: int | None) -> dict[str, str]:
    environment = dict(os.environ)
    environment.update(dict.fromkeys(_ONE_THREAD, "1"))
    # threads of Mesa's software driver: the workers share the cores; 0 = draw in the worker's own thread
    cores = (os.cpu_count() or 1) // workers
    environment.setdefault("LP_NUM_THREADS", str(cores if cores > 1 else 0))
    environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    if device is not None:
        environment["GLCONTEXT_DEVICE_INDEX"] = str(device)  # read by glcontext
    return environment
