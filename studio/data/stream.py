"""StudioStream: endless labelled batches, drawn while they are used; no disk.

    with StudioStream(Recipe(count=1, size=256), source=Path("ict_facekit.npz"), batch=16, workers=2) as stream:
        for batch in stream:
            train(batch.image, batch.labels.expression)

The same recipe gives the same batches in the same order, however many workers there are. Each worker is at most
`ahead` batches ahead of the reader.
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
    """Batches from worker processes. One thread; a context manager."""

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
            recipe: what to draw; its count does not matter. A batch runs through the cameras and frames of one
                moment before the next moment.
            source: ICT-FaceKit's arrays.
            first: number of the first batch, to go on where another stream ended.
            devices: EGL devices for the workers in turn.

        Raises:
            StudioError: an impossible number, or not enough memory for the slots.
        """
        checked_recipe(recipe)
        for name, value in (("batch", batch), ("ahead", ahead)):
            if not 1 <= value <= 4096:
                raise StudioError(f"{name} is {value}, expected 1 to 4096")
        self._next, self._workers, self._ahead = first, workers, ahead
        self._last: int | None = None  # the batch that the reader holds
        self._arrived: set[int] = set()
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
        """Batches that are the reader's own, without end."""
        while True:
            yield self.take().copy()

    def take(self) -> Batch:
        """The next batch, in place: valid until the next `take`.

        Raises:
            StudioError: a worker has met an error or has died, or the stream is closed.
        """
        if self._pool is None:
            raise StudioError("the stream is closed")
        # the batch that was read last makes room for the one that its worker draws next
        if self._last is not None:
            self._give(self._last + self._workers * self._ahead)
        while self._next not in self._arrived:
            _, report = self._pool.next_report()
            if report.task is not None:
                self._arrived.add(report.task.number)
        self._arrived.remove(self._next)
        self._last = self._next
        self._next += 1
        return self._slots.batch_in(self._slot(self._last), self._last)

    def close(self) -> None:
        """End the workers and give the memory back; may be called twice."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _await_workers(self) -> None:
        """Wait until all have mapped the slots; then no file needs to be left behind by a reader that is killed."""
        assert self._pool is not None
        ready = 0
        while ready < self._workers:
            ready += self._pool.next_report()[1].kind == "ready"
        if sys.platform != "win32":
            with suppress(OSError):
                (self._folder / "slots").unlink()
                self._folder.rmdir()
        for number in range(self._next, self._next + self._workers * self._ahead):
            self._give(number)

    def _give(self, number: int) -> None:
        assert self._pool is not None
        self._pool.assign(number % self._workers, Task(number, self._slot(number)))

    def _slot(self, number: int) -> int:
        return number % (self._workers * self._ahead)


def _memory_folder() -> Path | None:
    """Where files are memory, if there is such a place."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() else None
