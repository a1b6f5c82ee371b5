"""Training pairs that are drawn here, without a studio: a soft head before a plain wall, and the same in another light."""

from __future__ import annotations

import numpy as np

from face.conditions import CODE, CONDITION_PX, LABEL_STEP, PARTS
from face.regions import REGIONS
from studio.head.source import PART
from training.pairs.person_pairs import PAIR_PX, PersonPairs

LANDMARKS = 478
FACE = (PARTS.index("face") + 1) * LABEL_STEP


def made_pairs(identity: int = 1, count: int = 2, *, light: float = 0.7) -> PersonPairs:
    """Pairs of one person.

    Args:
        identity: another number is another face.
        light: factor of the truth's colours against the draft's, which a network can learn.
    """
    random = np.random.default_rng(identity)
    drafts = np.stack([head(random, PAIR_PX) for _ in range(count)])
    truths = drafts.copy()
    truths[..., :3] = np.round(truths[..., :3] * light)
    conditions = np.zeros((count, 2, CONDITION_PX, CONDITION_PX, 4), np.uint8)
    small = disc(CONDITION_PX)
    conditions[:, 0][:, small] = (140, 120, 240, FACE)
    conditions[:, 1][:, small] = (120, 130, 250, 230)
    part = np.where(disc(PAIR_PX), PART["face"], 0).astype(np.uint8)
    places = random.uniform(-0.15, 0.15, (count, LANDMARKS, 2)).astype(np.float32)
    crops = {
        name: random.integers(0, 256, (count, 2, region.height, region.width, 4)).astype(np.uint8)
        for name, region in REGIONS.items()
    }
    return PersonPairs(
        draft=drafts,
        truth=truths,
        conditions=conditions,
        part=np.stack([part] * count),
        code=random.normal(0, 0.3, (count, CODE)).astype(np.float32),
        place_draft=places + np.float32(0.004),
        place_truth=places,
        mouth=crops["mouth"],
        eyes=crops["eyes"],
        mouth_crop=random.normal(size=(count, 2, 3)).astype(np.float32),
        eyes_crop=random.normal(size=(count, 2, 3)).astype(np.float32),
        portrait_draft=drafts[0],
        portrait_conditions=conditions[0],
        portrait=np.ascontiguousarray(drafts[0, ..., :3]),
        plate=np.full((PAIR_PX, PAIR_PX, 3), random.integers(60, 200, 3), np.uint8),
        identity=np.array(identity, np.int64),
    )


def disc(size: int, radius: float = 0.3) -> np.ndarray:
    """(size, size) bool, the head's place."""
    axis = (np.arange(size) + 0.5) / size - 0.5
    return np.asarray(axis[:, None] ** 2 + axis**2 < radius**2)


def head(random: np.random.Generator, size: int) -> np.ndarray:
    """(size, size, 4) uint8 premultiplied: a disc with coarse and fine features."""
    coarse = np.kron(random.uniform(60, 220, (8, 8, 3)), np.ones((size // 8, size // 8, 1)))
    fine = np.kron(random.uniform(-30, 30, (size // 4, size // 4, 1)), np.ones((4, 4, 1)))
    picture = np.zeros((size, size, 4), np.uint8)
    inside = disc(size)
    picture[inside, :3] = np.clip(coarse + fine, 0, 255)[inside]
    picture[inside, 3] = 255
    return picture
