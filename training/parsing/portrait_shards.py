"""Shards of studio portraits on disk, made by processes that can be stopped at any time.

    make_shards(Path("portraits"), split="train", people=1600, seed=0, source=..., workers=2)
    shards = [read_shard(path) for path in shards_in(Path("portraits"))]     # memory-mapped

A shard is a folder `s000012` of 16 people; it appears when it is complete. Everything follows from the split and the seed.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from studio.head.identity import Split, identities_of
from studio.head.source import read_face_source
from studio.renderer import Studio
from training.errors import TrainingError
from training.parsing.studio_portraits import VIEWS, StudioPortrait, draw_portrait, portrait_factors

PEOPLE: Final = 16  # of a shard

_studio: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """N portraits; S = PORTRAIT_PX. `StudioPortrait` describes the arrays.

    Attributes:
        person: (N, S, S, 4) uint8. part: (N, S, S) uint8. background: (N, S, S, 3) uint8.
        landmarks: (N, 478, 2) float32.
    """

    person: NDArray[np.uint8]
    part: NDArray[np.uint8]
    background: NDArray[np.uint8]
    landmarks: NDArray[np.float32]

    def __len__(self) -> int:
        """Number of portraits."""
        return len(self.person)

    def portrait(self, number: int) -> StudioPortrait:
        """One of the portraits, copied from the file."""
        return StudioPortrait(*(np.array(getattr(self, field.name)[number]) for field in fields(Shard)))


def shards_in(folder: Path) -> list[Path]:
    """The finished shards of a folder, in order."""
    return sorted(path for path in folder.glob("s??????") if path.is_dir())


def write_shard(portraits: list[StudioPortrait], folder: Path) -> None:
    """Write a shard; the folder appears when it is complete."""
    making = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for field in fields(Shard):
        stacked = np.stack([getattr(one, field.name) for one in portraits])
        np.save(making / f"{field.name}.npy", stacked, allow_pickle=False)
    making.rename(folder)


def read_shard(folder: Path) -> Shard:
    """Map a shard into memory, read-only.

    Raises:
        TrainingError: a file is missing or damaged.
    """
    arrays: dict[str, Any] = {}
    for field in fields(Shard):
        path = folder / f"{field.name}.npy"
        try:
            arrays[field.name] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, EOFError, ValueError) as error:
            raise TrainingError(
                f"{path} cannot be read ({error}); delete {folder} and make it again"
            ) from error
    return Shard(**arrays)


def make_shards(
    folder: Path,
    *,
    split: Split,
    people: int,
    seed: int,
    source: Path,
    workers: int,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Make the shards that are not finished yet; returns the number of portraits in all.

    Args:
        folder: is made if missing.
        people: of the split; rounded up to whole shards.
        source: file of ICT-FaceKit's head.
        workers: processes.
        progress: called with the number of people that are finished.

    Raises:
        TrainingError: a worker ended unexpectedly.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = -(-people // PEOPLE)
    identities = identities_of(split, shards * PEOPLE)
    left = [number for number in range(shards) if not shard_folder(folder, number).is_dir()]
    done = shards - len(left)
    progress(min(done * PEOPLE, people))
    # more threads of software OpenGL than cores only wait for each other
    os.environ.setdefault("LP_NUM_THREADS", "0" if workers > 1 else "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_open, initargs=(source,)) as pool:
        jobs = [
            pool.submit(
                _make, shard_folder(folder, number), identities[number * PEOPLE : (number + 1) * PEOPLE], seed
            )
            for number in left
        ]
        try:
            for job in jobs:
                job.result()
                done += 1
                progress(min(done * PEOPLE, people))
        except BrokenProcessPool as error:
            raise TrainingError(
                "a worker ended unexpectedly: its messages are above, or memory ran out; finished shards are kept: start "
                "again, with fewer --workers"
            ) from error
    return shards * PEOPLE * VIEWS


def shard_folder(folder: Path, number: int) -> Path:
    """Where a shard is stored."""
    return folder / f"s{number:06d}"


def _open(source: Path) -> None:
    """Open a worker's studio."""
    global _studio
    import cv2

    cv2.setNumThreads(1)
    _studio = Studio(read_face_source(source))


def _make(folder: Path, identities: list[int], seed: int) -> None:
    write_shard(
        [
            draw_portrait(_studio, portrait_factors(identity, number, seed))
            for identity in identities
            for number in range(VIEWS)
        ],
        folder,
    )
