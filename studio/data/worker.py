"""The program of one worker process: it reads a job and then tasks, draws, and reports. `WorkerPool` starts it.

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

from protocol.errors import OmoteError
from studio.data.batches import BatchSlots
from studio.data.recipe import Recipe, Scene, scene_of
from studio.data.sample import StudioSample, encode_sample, sample_of
from studio.data.shards import shard_path, write_shard
from studio.data.worker_pool import Job, Report, Task
from studio.head.source import read_face_source
from studio.renderer import Studio


class RecipeRenderer:
    """Draws the pictures of a recipe by moment, camera and frame."""

    def __init__(self, studio: Studio, recipe: Recipe) -> None:
        self._studio, self._recipe = studio, recipe
        self._scene: Scene | None = None

    def sample(self, moment: int, camera: int, frame: int) -> StudioSample:
        """Draw one picture. The scene is kept, so pictures of the same moment are fastest one after another."""
        if self._scene is None or self._scene.moment != moment:
            self._scene = scene_of(self._recipe, moment)
        picture = self._studio.render(self._scene.factors(camera, frame), self._recipe.size)
        return sample_of(picture, self._scene.sample_id(camera, frame))


def main() -> int:
    """Do tasks until standard input ends; returns the exit status."""
    if hasattr(signal, "SIGINT"):
        # Ctrl-C reaches all processes of a terminal; the parent reports it and then terminates the workers
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    # drivers print to standard output: reports get a copy of it, and their output goes to standard error
    reports = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)

    def report(message: Report) -> None:
        reports.write(msgspec.json.encode(message) + b"\n")
        reports.flush()

    try:
        work(job, sys.stdin.buffer, report)
    except BrokenPipeError:
        return 1  # the parent process has ended
    except OSError as error:
        report(Report("error", text=_disk_error(error, job)))
        return 1
    except OmoteError as error:
        report(Report("error", text=str(error)))
        return 1
    except Exception as error:  # the parent shows it to the user
        report(Report("error", text=f"{type(error).__name__}: {error}"))
        return 1
    return 0


def work(job: Job, tasks: BinaryIO, report: Callable[[Report], None]) -> None:
    """Do every task of a stream.

    Args:
        tasks: one JSON object a line.
        report: called when the worker is ready, after each picture of a shard, and after each task.

    Raises:
        StudioError: the head's arrays cannot be read. RenderError: there is no OpenGL 3.3.
        OSError: a shard cannot be written.
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
    for index in range(slots.batch):
        moment, within = divmod(first + index, recipe.pictures_per_moment)
        camera, frame = divmod(within, recipe.frames)
        slots.put(task.slot, index, renderer.sample(moment, camera, frame))


def _disk_error(error: OSError, job: Job) -> str:
    path = job.folder or job.slots
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"the disk is full: cannot write to {path} ({error.strerror}). Finished shards are complete; free some "
            "space and continue with --resume"
        )
    return f"{path} cannot be written: {error}"


if __name__ == "__main__":
    sys.exit(main())
