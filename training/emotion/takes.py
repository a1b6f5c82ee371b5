"""Takes of many movers as arrays, kept in a file so that they are made once.

takes = load_takes(Path("runs/emotion/takes.npz"), range(400), seconds=30.0)
takes.history(movers, frames)         # (B, AGES, 52)
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.frame_history import AGES
from training.emotion.movers import Take, tracked_take

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

_AGES: Final = np.array(AGES)
_ARRAYS: Final = ("seen", "spoken", "felt", "intensities", "gains")
#: Changes when the movers do: takes of other movers are made anew.
_EDITION: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Takes:
    """Takes of M movers of T frames each; see `Take`.

    Attributes:
        seen, spoken, felt: (M, T, 52) float32. intensities: (M, T, 8) float32. gains: (M, 52) float32.
    """

    seen: Floats
    spoken: Floats
    felt: Floats
    intensities: Floats
    gains: Floats

    def history(self, movers: Places, frames: Places) -> Floats:
        """What a filter sees at B moments: (B, AGES, 52); the first frame stands for those before it."""
        return histories(self.seen, movers, frames)


def histories(seen: Floats, movers: Places, frames: Places) -> Floats:
    """The frames of AGES before moments of takes (M, T, 52): (B, AGES, 52)."""
    rows: Floats = seen[movers[:, None], np.maximum(frames[:, None] - _AGES, 0)]
    return rows


def load_takes(
    path: Path,
    seeds: Sequence[int],
    *,
    seconds: float,
    progress: Callable[[int, str], None] = lambda done, note: None,
) -> Takes:
    """The takes of movers from a file, which is made if it is missing or holds others.

    Args:
        path: an .npz file. seeds: of the movers. seconds: of each take.
        progress: called with the number of takes that are made.
    """
    label = np.array([_EDITION, seeds[0], len(seeds), round(1000 * seconds)])
    try:
        with path.open("rb") as file, np.load(file) as kept:
            if np.array_equal(kept["label"], label):
                return Takes(**{name: kept[name].astype(np.float32) for name in _ARRAYS})
    except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile):
        pass  # missing or cut short
    made: list[Take] = []
    for seed in seeds:
        made.append(tracked_take(seed, seconds))
        progress(len(made), f"take {len(made)} of {len(seeds)}")
    arrays: dict[str, Any] = {
        name: np.stack([getattr(take, name) for take in made]).astype(np.float16) for name in _ARRAYS
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_suffix(".new.npz")
    np.savez(making, label=label, **arrays)
    making.replace(path)
    return Takes(**{name: array.astype(np.float32) for name, array in arrays.items()})
