"""RayPool: workers on the machines of a Ray cluster that draw shards, in place of a `WorkerPool`'s on this one.

    with RayPool(job, workers=8) as pool: ...       # as a WorkerPool

Each worker is an actor with one core, which runs a `WorkerPool` of one on its machine and returns the shard's bytes; they
are written here. Ray starts a worker whose machine is lost again elsewhere; it draws its shard again, the same bytes.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from cluster.ray_cluster import Share, check_room, need_ray
from studio.data.shards import PARTIAL_SUFFIX, shard_path
from studio.data.worker_pool import Job, Report, Task, WorkerPool
from studio.errors import StudioError

MAX_WORKERS: Final = 4096
#: How long workers may take to remove their files.
CLOSE_S: Final = 10.0


class RayPool:
    """Used by one thread, in a process that is connected to Ray; a context manager."""

    def __init__(self, job: Job, *, workers: int) -> None:
        """Start the workers.

        Args:
            workers: 1 to MAX_WORKERS; each needs a free core.

        Raises:
            StudioError: `workers` is out of range, or ICT-FaceKit's arrays cannot be read.
            ClusterError: there is no room for so many.
        """
        if not 1 <= workers <= MAX_WORKERS:
            raise StudioError(f"workers is {workers}, expected 1 to {MAX_WORKERS}")
        self._ray = need_ray()
        check_room([Share(cpus=1.0)] * workers, "workers")
        self._job = job
        try:
            self._source = self._ray.put(Path(job.source).read_bytes())
        except OSError as error:
            raise StudioError(
                f"{job.source} cannot be read ({error}); name ICT-FaceKit's arrays with --ict"
            ) from error
        kind = self._ray.remote(ShardActor).options(num_cpus=1, max_restarts=-1, max_task_retries=-1)
        self._actors = [kind.remote(job) for _ in range(workers)]
        self._drawn: dict[Any, tuple[int, Task]] = {}
        self._reports: deque[tuple[int, Report]] = deque(
            (number, Report("ready")) for number in range(workers)
        )

    def assign(self, worker: int, task: Task) -> None:
        """Let a worker draw a shard."""
        self._drawn[self._actors[worker].draw.remote(task.number, [self._source])] = worker, task

    def next_report(self) -> tuple[int, Report]:
        """Wait for the next report of any worker: (worker, report).

        Raises:
            StudioError: a worker reported an error, or a shard cannot be written.
        """
        if not self._reports:
            [done], _ = self._ray.wait(list(self._drawn), num_returns=1)
            worker, task = self._drawn.pop(done)
            pictures, content = self._result(done)
            _write(shard_path(Path(self._job.folder), task.number), content)
            self._reports.extend([(worker, Report("picture"))] * pictures)
            self._reports.append((worker, Report("done", task)))
        return self._reports.popleft()

    def close(self) -> None:
        """End all workers; may be called twice."""
        ended = [actor.close.remote() for actor in self._actors]
        if ended:  # one that is drawing is not waited for
            self._ray.wait(ended, num_returns=len(ended), timeout=CLOSE_S)
        for actor in self._actors:
            self._ray.kill(actor)
        self._actors.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _result(self, done: Any) -> tuple[int, bytes]:
        from ray.exceptions import RayError, RayTaskError

        try:
            pictures, content = self._ray.get(done)
        except RayTaskError as error:
            if isinstance(error.cause, StudioError):
                raise error.cause from None
            raise StudioError(f"a worker failed: {' '.join(str(error).split())[:500]}") from error
        except RayError as error:
            raise StudioError(
                f"a worker was lost and could not be started again: {' '.join(str(error).split())[:300]}"
            ) from error
        return pictures, content


class ShardActor:
    """Draws shards on whichever machine Ray chose.

    Args:
        job: with paths of the machine where the data set is made.
    """

    def __init__(self, job: Job) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="omote-shards-")
        self._arrays = Path(self._folder.name) / Path(job.source).name
        self._job = msgspec.structs.replace(job, source=str(self._arrays), folder=self._folder.name)
        self._pool: WorkerPool | None = None

    def draw(self, shard: int, source: list[Any]) -> tuple[int, bytes]:
        """Draw a shard: its number of pictures, and its bytes.

        Args:
            source: reference to the bytes of ICT-FaceKit's arrays, in a list: so Ray fetches them only where they are read.

        Raises:
            StudioError: it cannot be drawn here.
        """
        pictures = 0
        if self._pool is None:
            self._arrays.write_bytes(need_ray().get(source[0]))
            self._pool = WorkerPool(self._job, workers=1)
            self._pool.next_report()  # it is ready
        self._pool.assign(0, Task(shard))
        while (report := self._pool.next_report()[1]).kind != "done":
            pictures += report.kind == "picture"
        path = shard_path(Path(self._folder.name), shard)
        content = path.read_bytes()
        path.unlink()
        return pictures, content

    def close(self) -> None:
        """End the worker, and remove its files, which Ray leaves behind."""
        if self._pool is not None:
            self._pool.close()
        self._folder.cleanup()


def _write(path: Path, content: bytes) -> None:
    """Write a shard, which is complete or does not exist.

    Raises:
        StudioError: it cannot be written.
    """
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise StudioError(f"{path} cannot be written: {error.strerror or error}") from error
