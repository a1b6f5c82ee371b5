"""One worker of a WorkerPool: reads its job and then tasks, draws, and reports; started by `WorkerPool`, not by hand.

python -m studio.data.worker
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from studio.data.batches import BatchSlots
from studio.data.recipe import Recipe, Scene, scene_of
from studio.data.sample import StudioSample, encode_sample, sample_of
from studio.data.shards import shard_path, write_shard
from studio.data.worker_pool import Job, Report, Task
from studio.errors import StudioError
from studio.head.source import read_face_source
from studio.renderer import Studio


class RecipeRenderer:
    """Draws any picture of a recipe."""

    def __init__(self, studio: Studio, recipe: Recipe) -> None:
        self._studio, self._recipe = studio, recipe
        self._scene: Scene | None = None

    def sample(self, moment: int, camera: int, frame: int) -> StudioSample:
        """One picture; those of one moment cost least in a row."""
        if self._scene is None or self._scene.moment != moment:
            self._scene = scene_of(self._recipe, moment)
        picture = self._studio.render(self._scene.factors(camera, frame), self._recipe.size)
        return sample_of(picture, self._scene.sample_id(camera, frame))


def main() -> int:
    """Work until there are no more tasks; returns the exit status."""
    if hasattr(signal, "SIGINT"):
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # the parent ends us, when it has said what there is to say
    # reports have a way of their own: whatever a driver prints goes with the errors
    reports = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)

    def report(said: Report) -> None:
        reports.write(msgspec.json.encode(said) + b"\n")
        reports.flush()

    try:
        work(job, sys.stdin.buffer, report)
    except BrokenPipeError:
        return 1  # nobody listens any more
    except OSError as error:
        report(Report("error", text=_disk_trouble(error, job)))
        return 1
    except Exception as error:  # whatever it is, the user is told
        report(Report("error", text=str(error) if _is_ours(error) else f"{type(error).__name__}: {error}"))
        return 1
    return 0


def work(job: Job, tasks: BinaryIO, report: Callable[[Report], None]) -> None:
    """Do every task of the stream.

    Raises:
        StudioError, RenderError: no head or no graphics. OSError: the disk is full or gone.
    """
    source = read_face_source(Path(job.source))
    slots = BatchSlots(Path(job.slots), job.batch, job.recipe.size, job.slot_count) if job.slots else None
    with Studio(source) as studio:
        renderer = RecipeRenderer(studio, job.recipe)
        report(Report("ready"))
        for line in tasks:
            task = msgspec.json.decode(line, type=Task)
            if slots is None:
                path = shard_path(Path(job.folder), task.number)
                write_shard(path, _shard(renderer, job.recipe, task.number, report))
            else:
                _fill(renderer, job.recipe, slots, task)
            report(Report("done", task=task))


def _shard(
    renderer: RecipeRenderer, recipe: Recipe, shard: int, report: Callable[[Report], None]
) -> Iterator[tuple[str, dict[str, bytes]]]:
    for moment in recipe.moments_of(shard):
        for camera, frame in recipe.camera_frames:
            sample = renderer.sample(moment, camera, frame)
            yield sample.key, encode_sample(sample)
            report(Report("picture"))


def _fill(renderer: RecipeRenderer, recipe: Recipe, slots: BatchSlots, task: Task) -> None:
    first = task.number * slots.batch
    for place in range(slots.batch):
        moment, within = divmod(first + place, recipe.pictures_per_moment)
        camera, frame = divmod(within, recipe.frames)
        slots.put(task.slot, place, renderer.sample(moment, camera, frame))


def _disk_trouble(error: OSError, job: Job) -> str:
    place = job.folder or job.slots
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"the disk is full: {place} cannot take more ({error.strerror}). Finished shards are whole; make room "
            "and go on with --resume"
        )
    return f"{place} cannot be written: {error}"


def _is_ours(error: Exception) -> bool:
    from runtime.errors import RuntimeFailure

    return isinstance(error, StudioError | RuntimeFailure)


if __name__ == "__main__":
    sys.exit(main())
