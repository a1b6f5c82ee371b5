"""StudioStream: endless labelled batches, drawn by worker processes while the reader uses them; no disk.

    with StudioStream(Recipe(count=1, size=256), source=Path("ict_facekit.npz"), batch=16, workers=2) as stream:
        for batch in stream:
            train(batch.image, batch.labels.expression)

The same recipe gives the same batches in the same order for any number of workers. Each worker draws at most `ahead`
batches ahead of the reader.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from studio.data.batches import Batch, BatchSlots, reserve_slots, slot_bytes
from studio.data.recipe import Recipe, checked_recipe
from studio.data.worker_pool import Job, Task, WorkerPool
from studio.errors import StudioError


class StudioStream:
    """Batches from worker processes. Used by one thread; a context manager."""

    def __init__(
        self,
        recipe: Recipe,
        *,
        source: Path,
        batch: int = 16,
        workers: int = 2,
        ahead: int = 2,
        first: int = 0,
        devices: Sequence[int] = (),
    ) -> None:
        """Start the workers.

        Args:
            recipe: what to draw; its count is ignored. A batch holds all cameras and frames of one moment before those
                of the next.
            source: ICT-FaceKit's arrays.
            batch: pictures a batch. workers: worker processes.
            ahead: batches that each worker draws in advance.
            first: number of the first batch, to continue where another stream ended.
            devices: numbers of EGL devices, assigned to the workers in turn; empty = the default one.

        Raises:
            StudioError: a number is out of range, or there is not enough memory for the slots.
        """
        checked_recipe(recipe)
        for name, value in (("batch", batch), ("ahead", ahead)):
            if not 1 <= value <= 4096:
                raise StudioError(f"{name} is {value}, expected 1 to 4096")
        self._next, self._workers, self._ahead = first, workers, ahead
        self._last: int | None = None  # number of the batch that the reader holds
        self._arrived: set[int] = set()  # numbers of batches that are drawn and not taken
        count = max(workers, 1) * ahead
        self._folder = Path(tempfile.mkdtemp(prefix="omote-studio-", dir=_memory_folder()))
        self._pool: WorkerPool | None = None
        try:
            path = self._folder / "slots"
            try:
                reserve_slots(path, batch, recipe.size, count)
            except OSError as error:
                needed = slot_bytes(batch, recipe.size) * count / 2**20
                raise StudioError(
                    f"{count} slots need {needed:.0f} MiB in {self._folder.parent} ({error.strerror}); "
                    "choose a smaller batch or fewer workers"
                ) from error
            self._slots = BatchSlots(path, batch, recipe.size, count)
            job = Job(str(source), recipe, batch=batch, slots=str(path), slot_count=count)
            self._pool = WorkerPool(job, workers=workers, devices=devices)
            self._await_workers()
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[Batch]:
        """Copies of the batches, without end."""
        while True:
            yield self.take().copy()

    def take(self) -> Batch:
        """The next batch, not copied: its arrays are valid until the next `take`.

        Raises:
            StudioError: a worker reported an error or died, or the stream is closed.
        """
        if self._pool is None:
            raise StudioError("the stream is closed")
        # the reader is done with its last batch, so the worker can draw the next one into that slot
        if self._last is not None:
            self._assign(self._last + self._workers * self._ahead)
        while self._next not in self._arrived:
            _, report = self._pool.next_report()
            if report.task is not None:
                self._arrived.add(report.task.number)
        self._arrived.remove(self._next)
        self._last = self._next
        self._next += 1
        return self._slots.batch_in(self._slot(self._last), self._last)

    def close(self) -> None:
        """End the workers and free the memory; may be called twice."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _await_workers(self) -> None:
        """Wait until all workers have mapped the slots, then unlink the file and assign the first tasks.

        Without a name, the file's memory is freed even when the reader is killed.
        """
        assert self._pool is not None
        ready = 0
        while ready < self._workers:
            ready += self._pool.next_report()[1].kind == "ready"
        if sys.platform != "win32":
            with suppress(OSError):
                (self._folder / "slots").unlink()
                self._folder.rmdir()
        for number in range(self._next, self._next + self._workers * self._ahead):
            self._assign(number)

    def _assign(self, number: int) -> None:
        assert self._pool is not None
        self._pool.assign(number % self._workers, Task(number, self._slot(number)))

    def _slot(self, number: int) -> int:
        return number % (self._workers * self._ahead)


def _memory_folder() -> Path | None:
    """A folder whose files are in memory; None where the system has none."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() else None
