"""Identities: random faces, each identified by a number and fixed to a training, validation or test split.

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

#: Largest weight in standard deviations; more does not look like a human face.
_LIMIT: Final = 2.6
#: Standard deviations of the weights. The first modes hold the large differences between heads and get more.
_SPREAD: Final = np.concatenate([np.full(12, 1.15), np.full(IDENTITY_MODES - 12, 0.9)])


def identity_weights(number: int) -> NDArray[np.float32]:
    """Weights of identity `number`: the same on every machine and in every version.

    ICT-FaceKit's modes are principal components of real heads, so independent weights give features that are
    correlated as in real heads.

    Returns:
        (100,) float32, standard deviations of the modes.
    """
    drawn = random_of("identity", number).standard_normal(IDENTITY_MODES)
    return np.asarray(np.clip(drawn * _SPREAD, -_LIMIT, _LIMIT), np.float32)


def split_of(number: int) -> Split:
    """The split of identity `number`, from a hash of it: 80 % train, 10 % validation, 10 % test."""
    share = seed_of("split", number) % 1000
    return "train" if share < 800 else "validation" if share < 900 else "test"


def identities_of(split: Split, count: int, first: int = 0) -> list[int]:
    """The numbers of the first `count` identities of a split, from number `first` on."""
    found: list[int] = []
    number = first
    while len(found) < count:
        if split_of(number) == split:
            found.append(number)
        number += 1
    return found
