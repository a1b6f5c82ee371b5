"""Workers that make training pairs in processes of their own; can be stopped at any time and go on where they were.

    done, refused = make_all_pairs(Path("pairs"), identities, count=40, seed=0, source=..., face_landmarker=..., workers=2)

A finished person is a folder `p000123`; a portrait that makes no good avatar leaves a file `p000123.refused`.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from studio.head.source import read_face_source
from training.errors import TrainingError
from training.pairs.person_pairs import write_pairs
from vision.native_logs import quiet_native_libraries

_maker: Any = None


def person_folder(folder: Path, identity: int) -> Path:
    """Where a person's pairs are stored."""
    return folder / f"p{identity:06d}"


def is_done(folder: Path, identity: int) -> bool:
    """Whether a person's pairs are finished, or the portrait was refused."""
    place = person_folder(folder, identity)
    return place.is_dir() or place.with_suffix(".refused").exists()


def people_in(folder: Path) -> list[Path]:
    """The folders of all finished people, in the order of their numbers."""
    return sorted(path for path in folder.glob("p??????") if path.is_dir())


def make_all_pairs(
    folder: Path,
    identities: Sequence[int],
    *,
    count: int,
    seed: int,
    source: Path,
    face_landmarker: Path,
    workers: int,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, int]:
    """Make the pairs of people that are not finished yet.

    Args:
        folder: is made if missing.
        count: pairs of a person.
        source, face_landmarker: files of ICT-FaceKit's head and of MediaPipe's model.
        workers: processes.
        progress: called with the number of people that are finished, the earlier ones included.

    Returns:
        People finished, and people refused, in all.

    Raises:
        TrainingError: a worker ended unexpectedly.
    """
    folder.mkdir(parents=True, exist_ok=True)
    left = [identity for identity in identities if not is_done(folder, identity)]
    done = len(identities) - len(left)
    progress(done)
    # more threads of software OpenGL than cores only wait for each other
    os.environ.setdefault("LP_NUM_THREADS", "0" if workers > 1 else "1")
    context = multiprocessing.get_context("spawn")
    opened = (source, face_landmarker)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_open, initargs=opened) as pool:
        arguments = zip(*((folder, identity, count, seed) for identity in left), strict=True) if left else ()
        try:
            for _ in pool.map(_make, *arguments):
                done += 1
                progress(done)
        except BrokenProcessPool as error:
            raise TrainingError(
                "a worker ended unexpectedly: its messages are above, or memory ran out; finished people are kept: start "
                "again, with fewer --workers"
            ) from error
    refused = sum(person_folder(folder, one).with_suffix(".refused").exists() for one in identities)
    return done - refused, refused


def _open(source: Path, face_landmarker: Path) -> None:
    """Open a worker's studio, engine and landmarker."""
    global _maker
    quiet_native_libraries()
    from training.pairs.pair_maker import PairMaker

    import cv2  # isort: skip

    cv2.setNumThreads(1)
    _maker = PairMaker(read_face_source(source), face_landmarker)


def _make(folder: Path, identity: int, count: int, seed: int) -> None:
    pairs = _maker.make(identity, count=count, seed=seed)
    place = person_folder(folder, identity)
    if pairs is None:
        place.with_suffix(".refused").touch()
    else:
        write_pairs(pairs, place)
