from __future__ import annotations

import hashlib

import numpy as np

from studio.seeds import random_of, seed_of


def test_seeds_are_the_documented_hash() -> None:
    """These numbers must never change: every data set and identity depends on them."""
    digest = hashlib.blake2b(b"omote studio scene 0 17", digest_size=8).digest()
    assert seed_of("scene", 0, 17) == int.from_bytes(digest, "little")
    assert random_of("scene", 0, 17).integers(1 << 30) == np.random.Generator(
        np.random.PCG64(seed_of("scene", 0, 17))
    ).integers(1 << 30)


def test_the_name_and_every_number_change_the_seed() -> None:
    seeds = {
        seed_of(*key) for key in (("a", 1, 2), ("b", 1, 2), ("a", 2, 1), ("a", 1), ("a", 12), ("a", 1, 2, 0))
    }
    assert len(seeds) == 6
