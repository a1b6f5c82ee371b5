"""PersonPortraits: the studio portraits of one person as files, and the maker of a worker.

    make_people(Path("portraits"), identities, partial(open_maker, source, seed), workers=2)
    portraits = read_portraits(folder / "p000123")          # memory-mapped

Everything follows from the identity and the seed, so portraits are never committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.head.source import FaceSource, read_face_source
from studio.renderer import Studio
from training.array_folder import read_arrays, write_arrays
from training.parsing.studio_portraits import VIEWS, StudioPortrait, draw_portrait, portrait_factors


@dataclass(frozen=True, slots=True, eq=False)
class PersonPortraits:
    """N portraits of a person; S = PORTRAIT_PX. `StudioPortrait` describes the arrays.

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
        return StudioPortrait(
            *(np.array(getattr(self, field.name)[number]) for field in fields(PersonPortraits))
        )


def write_portraits(portraits: Sequence[StudioPortrait], folder: Path) -> None:
    """Write a person's portraits; the folder appears when it is complete."""
    stacked = {
        field.name: np.stack([getattr(one, field.name) for one in portraits])
        for field in fields(PersonPortraits)
    }
    write_arrays(PersonPortraits(**stacked), folder)


def read_portraits(folder: Path) -> PersonPortraits:
    """Map a person's portraits into memory, read-only.

    Raises:
        TrainingError: a file is missing or damaged.
    """
    return read_arrays(PersonPortraits, folder)


class PortraitMaker:
    """Draws people's portraits; a `training.person_workers.PersonMaker`."""

    def __init__(self, source: FaceSource, seed: int) -> None:
        """Open the studio, which takes seconds.

        Raises:
            RuntimeFailure: there is no OpenGL 3.3.
        """
        self._studio, self._seed = Studio(source), seed

    def make(self, identity: int, folder: Path) -> bool:
        """Draw a person; nobody is refused."""
        factors = (portrait_factors(identity, number, self._seed) for number in range(VIEWS))
        write_portraits([draw_portrait(self._studio, one) for one in factors], folder)
        return True

    def close(self) -> None:
        """Close the studio; may be called twice."""
        self._studio.close()


def open_maker(source: Path, seed: int) -> PortraitMaker:
    """The maker of a worker.

    Args:
        source: file of ICT-FaceKit's head.
    """
    return PortraitMaker(read_face_source(source), seed)
