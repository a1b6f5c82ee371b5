"""Expressions that personal heads learn from: acted ones, and random mixtures of a few shapes.

expressions = acted_expressions(seed=0, count=4000)        # (4000, 52)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from training.emotion.movers import tracked_take

Floats = NDArray[np.float32]

_SECONDS = 12.0
_MIRROR = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])


def acted_expressions(seed: int, count: int) -> Floats:
    """Expressions (count, 52) float32, 0..1: two thirds acted by movers with the studio's emotions, one third mixed.

    Args:
        seed: of all choices.
    """
    random = np.random.default_rng((11, seed))
    mixed = count // 3
    takes: list[Floats] = []
    while sum(len(take) for take in takes) < 3 * (count - mixed):
        takes.append(tracked_take(1_000_000 + 1000 * seed + len(takes), _SECONDS, is_plain=True).seen)
    acted = np.concatenate(takes)
    acted = acted[random.choice(len(acted), count - mixed, replace=False)]
    used = random.random((mixed, len(BLENDSHAPES))) < 0.1
    used |= used[:, _MIRROR] & (random.random((mixed, len(BLENDSHAPES))) < 0.7)
    mixtures = used * random.random((mixed, len(BLENDSHAPES)))
    made = np.concatenate([acted, mixtures]).astype(np.float32)
    return np.asarray(made[random.permutation(count)])
