"""Workers that make data person by person in processes of their own; can be stopped at any time and go on where they were.

    done, refused = make_people(Path("data"), identities, partial(open_maker, source), workers=2)

A finished person is a folder `p000123`; a person who was refused leaves a file `p000123.refused`.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol

from training.errors import TrainingError
from vision.native_logs import quiet_native_libraries

_maker: PersonMaker | None = None


class PersonMaker(Protocol):
    """Makes one person's data after another; lives in a worker."""

    def make(self, identity: int, folder: Path) -> bool:
        """Make a person's data, as a folder that appears whole or not at all; False: the person is refused."""
        ...


def person_folder(folder: Path, identity: int) -> Path:
    """Where a person's data are stored."""
    return folder / f"p{identity:06d}"


def is_done(folder: Path, identity: int) -> bool:
    """Whether a person's data are finished, or the person was refused."""
    place = person_folder(folder, identity)
    return place.is_dir() or place.with_suffix(".refused").exists()


def people_in(folder: Path) -> list[Path]:
    """The folders of all finished people, in the order of their numbers."""
    return sorted(path for path in folder.glob("p??????") if path.is_dir())


def make_people(
    folder: Path,
    identities: Sequence[int],
    open_maker: Callable[[], PersonMaker],
    *,
    workers: int,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, int]:
    """Make the data of people that are not finished yet.

    Args:
        folder: is made if missing.
        open_maker: opens a worker's maker; is sent to the workers, so a function of a module or a `partial` of one.
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
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_open, initargs=(open_maker,)) as pool:
        try:
            for _ in pool.map(_make, [folder] * len(left), left):
                done += 1
                progress(done)
        except BrokenProcessPool as error:
            raise TrainingError(
                "a worker ended unexpectedly: its messages are above, or memory ran out; finished people are kept: start "
                "again, with fewer --workers"
            ) from error
    refused = sum(person_folder(folder, one).with_suffix(".refused").exists() for one in identities)
    return done - refused, refused


def _open(open_maker: Callable[[], PersonMaker]) -> None:
    """Open a worker's maker."""
    global _maker
    threading.Thread(target=_end_with_parent, daemon=True).start()
    quiet_native_libraries()
    import cv2  # isort: skip

    cv2.setNumThreads(1)
    _maker = open_maker()


def _end_with_parent() -> None:
    """A worker whose run was killed would wait for work for ever, and make people that the next run makes as well."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _make(folder: Path, identity: int) -> None:
    assert _maker is not None
    place = person_folder(folder, identity)
    if not _maker.make(identity, place):
        place.with_suffix(".refused").touch()
