"""Makes training pairs in processes of their own; can be stopped at any time and goes on where it was.

done, refused = make_all_pairs(Path("pairs"), identities, count=40, seed=0, source=..., face_landmarker=..., workers=2)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from studio.head.source import read_face_source
from training.pairs.person_pairs import write_pairs
from training.person_workers import make_people


class _Worker:
    """A `PersonMaker` of pairs."""

    def __init__(self, maker: Any, count: int, seed: int, clip: int) -> None:
        self._maker, self._count, self._seed, self._clip = maker, count, seed, clip

    def make(self, identity: int, folder: Path) -> bool:
        """Make and write a person's pairs; False: the portrait makes no good avatar."""
        pairs = self._maker.make(identity, count=self._count, seed=self._seed, clip=self._clip)
        if pairs is None:
            return False
        write_pairs(pairs, folder)
        return True


def make_all_pairs(
    folder: Path,
    identities: Sequence[int],
    *,
    count: int,
    seed: int,
    source: Path,
    face_landmarker: Path,
    workers: int,
    clip: int = 1,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, int]:
    """Make the pairs of people that are not finished yet.

    Args:
        folder: is made if missing.
        count: pairs of a person.
        source, face_landmarker: files of ICT-FaceKit's head and of MediaPipe's model.
        workers: processes.
        clip: so many pairs are consecutive frames.
        progress: called with the number of people that are finished, the earlier ones included.

    Returns:
        People finished, and people refused, in all.

    Raises:
        TrainingError: a worker ended unexpectedly.
    """
    open_maker = partial(_open, source, face_landmarker, count, seed, clip)
    return make_people(folder, identities, open_maker, workers=workers, progress=progress)


def _open(source: Path, face_landmarker: Path, count: int, seed: int, clip: int) -> _Worker:
    """Open a worker's studio, engine and landmarker."""
    from training.pairs.pair_maker import PairMaker

    return _Worker(PairMaker(read_face_source(source), face_landmarker), count, seed, clip)
