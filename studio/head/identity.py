"""Identities: faces that do not exist, each a number, split for good into those to train with and those to test with.

identity_weights(7)      # (100,)
split_of(7)              # "train"
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from studio.factors import IDENTITY_MODES
from studio.seeds import random_of, seed_of

Split = Literal["train", "validation", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "test")

#: Faces further out than this many deviations of a mode stop looking like people.
_LIMIT: Final = 2.6
#: The first modes hold the large differences between heads; a little more of them makes a livelier crowd.
_SPREAD: Final = np.concatenate([np.full(12, 1.15), np.full(IDENTITY_MODES - 12, 0.9)])


def identity_weights(number: int) -> NDArray[np.float32]:
    """Weights (100,) of identity `number`: the same on every machine and in every version.

    ICT-FaceKit's modes are principal components of real heads, so independent draws are as correlated in the
    features as real heads are.
    """
    drawn = random_of("identity", number).standard_normal(IDENTITY_MODES)
    return np.asarray(np.clip(drawn * _SPREAD, -_LIMIT, _LIMIT), np.float32)


def split_of(number: int) -> Split:
    """80 % train, 10 % validation, 10 % test, by the number alone: no list is kept, none can be mixed up."""
    share = seed_of("split", number) % 1000
    return "train" if share < 800 else "validation" if share < 900 else "test"


def identities_of(split: Split, count: int, first: int = 0) -> list[int]:
    """The first `count` identities of a split, from `first` on."""
    found: list[int] = []
    number = first
    while len(found) < count:
        if split_of(number) == split:
            found.append(number)
        number += 1
    return found
