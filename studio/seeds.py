"""Seeds: every random choice of the studio from a name and numbers, the same on every machine, in any order.

random_of("scene", 0, 17).uniform()
"""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(what: str, *numbers: int) -> int:
    """64 bits that depend on all of a name and some numbers, and on nothing else."""
    text = " ".join(["omote studio", what, *(str(number) for number in numbers)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def random_of(what: str, *numbers: int) -> np.random.Generator:
    """A generator of its own for one choice, so that no choice shifts another one's."""
    return np.random.Generator(np.random.PCG64(seed_of(what, *numbers)))
