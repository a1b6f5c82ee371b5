"""Seeds: random generators for the studio, each determined by a name and numbers, the same on every machine.

random_of("scene", 0, 17).uniform()
"""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(what: str, *numbers: int) -> int:
    """A 64-bit hash of a name and numbers."""
    text = " ".join(["omote studio", what, *(str(number) for number in numbers)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def random_of(what: str, *numbers: int) -> np.random.Generator:
    """A generator for one random choice. Each choice has its own, so none shifts the numbers of another."""
    return np.random.Generator(np.random.PCG64(seed_of(what, *numbers)))
