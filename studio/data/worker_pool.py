"""WorkerPool: worker processes that draw, each with a graphics context of its own, and what they report.

    with WorkerPool(job, workers=2) as pool:
        pool.assign(0, Task(number=17))
        worker, report = pool.next_report()

Workers are programs started afresh (`python -m studio.data.worker`), which read tasks from their standard input
and write reports to their standard output, one JSON a line: no forked graphics driver, no `__main__` that has to be
guarded, and a worker whose parent is gone finds its pipes closed and ends.
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
#: One worker, one core: libraries that wake threads of their own only get in each other's way, and sums that are
#: split among threads differ in the last digit.
_ONE_THREAD: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_CLOSE_S: Final = 5.0


class Job(msgspec.Struct, frozen=True):
    """What a worker is to do all its life.

    Attributes:
        source: ICT-FaceKit's arrays.
        folder: where shards go; empty for a worker that fills batches.
        batch: pictures a batch. slots: file of the slots that they are written to, mapped into memory.
        slot_count: slots in it.
    """

    source: str
    recipe: Recipe
    folder: str = ""
    batch: int = 0
    slots: str = ""
    slot_count: int = 0


class Task(msgspec.Struct, frozen=True):
    """One shard, or one batch into one slot."""

    number: int
    slot: int = 0


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker says.

    Attributes:
        kind: "ready", "picture" (another one is drawn), "done" (a task), or "error" (and it ends).
        task: the one that is done.
        text: what is wrong.
    """

    kind: str
    task: Task | None = None
    text: str = ""


class WorkerPool:
    """Some workers of one job. Belongs to one thread; a context manager.

    Attributes:
        size: how many they are.
    """

    def __init__(self, job: Job, *, workers: int, devices: Sequence[int] = ()) -> None:
        """Start them; the first reports come when they are ready.

        Args:
            devices: EGL devices (graphics cards), given out in turn; empty = the default one.

        Raises:
            StudioError: an impossible number of workers.
        """
        if not 1 <= workers <= MAX_WORKERS:
            raise StudioError(
                f"workers is {workers}, expected 1 to {MAX_WORKERS}; as many as there are cores"
            )
        self.size = workers
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
        """Hand a task to a worker; one whose worker has died is reported by `next_report`."""
        self._write(self._processes[worker], msgspec.json.encode(task))

    def next_report(self) -> tuple[int, Report]:
        """Wait for somebody to say something: (worker, report).

        Raises:
            StudioError: a worker has met an error, or has died.
        """
        while True:
            try:
                worker, report = self._reports.get(
                    timeout=0.5
                )  # bounded, so that Ctrl-C is noticed everywhere
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
        with suppress(BrokenPipeError, OSError):  # a dead worker is reported by its closed output
            process.stdin.write(line + b"\n")
            process.stdin.flush()

    def _listen(self, number: int, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with suppress(
            ValueError, OSError, msgspec.MsgspecError
        ):  # closed while reading, or no report of ours
            for line in process.stdout:
                self._reports.put((number, msgspec.json.decode(line, type=Report)))
        self._reports.put((number, None))

    def _exit_message(self, worker: int) -> str:
        process = self._processes[worker]
        code = process.wait()
        self._errors[worker].seek(0)
        said = self._errors[worker].read().decode("utf-8", "replace").strip().splitlines()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        last = f": {said[-1]}" if said else ""
        hint = " (out of memory? fewer --workers need less)" if code == -9 else ""
        return f"worker {worker} (process {process.pid}) {how}{hint}{last}"


def _environment(workers: int, device: int | None) -> dict[str, str]:
    environment = dict(os.environ)
    environment.update(dict.fromkeys(_ONE_THREAD, "1"))
    # Mesa's software driver: the cores are shared among the workers; one core needs no second thread
    cores = (os.cpu_count() or 1) // workers
    environment.setdefault("LP_NUM_THREADS", str(cores if cores > 1 else 0))
    environment["PYTHONPATH"] = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    if device is not None:
        environment["GLCONTEXT_DEVICE_INDEX"] = str(device)  # glcontext's own word for an EGL device
    return environment
