"""PersonPairs: the training pairs of one person, and their files.

    write_pairs(pairs, folder / "p000123")           # appears whole or not at all
    pairs = read_pairs(folder / "p000123")           # memory-mapped

A pair is a draft of the head engine and the studio's picture of the same moment, or a photograph, with the conditions of
`face.conditions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.array_folder import read_arrays, write_arrays

#: Side of drafts and truths, pixels; they are drawn at twice the size and averaged.
PAIR_PX = 256
DRAWN_PX = 512


@dataclass(frozen=True, slots=True, eq=False)
class PersonPairs:
    """N pairs of one person, the first at the portrait's own motion. P = CONDITION_PX, S = PAIR_PX.

    Attributes:
        draft, truth: (N, S, S, 4) uint8 RGBA, premultiplied: the person without a background.
        conditions: (N, 2, P, P, 4) uint8, the second and third picture of conditions.
        part: (N, S, S) uint8, what the truth shows, a studio PART.
        code: (N, CODE) float32, `face.conditions.frame_code`.
        place_draft, place_truth: (N, 478, 2) float32, where a MediaPipe landmark of the portrait's face lies in the
            draft and in the truth; picture heights from the centre, x right, y down.
        mouth, eyes: (N, 2, H, W, 4) uint8, premultiplied crops of draft and truth (`face.regions`), cut at DRAWN_PX.
        mouth_crop, eyes_crop: (N, 2, 3) float32, `RegionCrops.matrix` of them.
        portrait_draft: (S, S, 4) uint8, the draft at the portrait's own motion. portrait_conditions: (2, P, P, 4).
        portrait: (S, S, 3) uint8 RGB, the portrait.
        plate: (S, S, 3) uint8 RGB, the avatar's background.
        identity: () int64, of the studio's person, or the number of a clip's avatar. Below 0: a photograph that the head
            engine turned away, and its light with it, so that the light of the truth tells nothing.
    """

    draft: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    conditions: NDArray[np.uint8]
    part: NDArray[np.uint8]
    code: NDArray[np.float32]
    place_draft: NDArray[np.float32]
    place_truth: NDArray[np.float32]
    mouth: NDArray[np.uint8]
    eyes: NDArray[np.uint8]
    mouth_crop: NDArray[np.float32]
    eyes_crop: NDArray[np.float32]
    portrait_draft: NDArray[np.uint8]
    portrait_conditions: NDArray[np.uint8]
    portrait: NDArray[np.uint8]
    plate: NDArray[np.uint8]
    identity: NDArray[np.int64]

    @property
    def is_lit(self) -> bool:
        """Whether the truth's light is that of a head which turned."""
        return int(self.identity) >= 0


def write_pairs(pairs: PersonPairs, folder: Path) -> None:
    """Write one person's pairs; the folder appears when it is complete."""
    write_arrays(pairs, folder)


def read_pairs(folder: Path) -> PersonPairs:
    """Map one person's pairs into memory, read-only.

    Raises:
        TrainingError: a file is missing or damaged.
    """
    return read_arrays(PersonPairs, folder)
