"""Seeds: one number for each thing that is drawn at random, so that no draw shifts another.

random = random_of("look", 7)
"""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(what: str, number: int) -> int:
    """64 bits that depend on nothing but these two: the same on every machine and in every version."""
    digest = hashlib.blake2b(f"omote studio {what} {number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def random_of(what: str, number: int) -> np.random.Generator:
    """A generator of its own for `what` of `number`."""
    return np.random.Generator(np.random.PCG64(seed_of(what, number)))
