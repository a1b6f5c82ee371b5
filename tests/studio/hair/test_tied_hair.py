from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.hair.haircuts import HAIRCUTS
from studio.hair.tied_hair import tied_meshes
from studio.head.head_space import HeadSpace
from studio.worn.garment_height import GarmentHeight

BARE = GarmentHeight(None)


def occluders(space: HeadSpace, name: str) -> np.ndarray:
    parts = tied_meshes(space, HAIRCUTS[name], BARE, np.random.default_rng(0))
    return np.concatenate([mesh.position for mesh in parts.occluders])


def test_a_ponytail_hangs_from_the_tie_behind_the_head(ict_space: HeadSpace) -> None:
    place, tie = occluders(ict_space, "ponytail"), np.array(HAIRCUTS["ponytail"].tie)
    assert place[:, 1].min() < tie[1] - 8.0
    assert place[:, 2].max() < tie[2] + 2.5
    distance, _ = ict_space.distance(place.astype(np.float32))
    assert (distance < -0.2).mean() < 0.05


def test_a_bun_is_a_ball_behind_the_tie(ict_space: HeadSpace) -> None:
    place, tie = occluders(ict_space, "bun"), np.array(HAIRCUTS["bun"].tie)
    assert np.linalg.norm(place - tie, axis=1).max() < 5.0
    away = tie - np.array([0.0, 5.0, -1.5])
    assert ((place - tie) @ away / np.linalg.norm(away)).mean() > 0.5


def test_braids_hang_on_both_sides_of_the_head(ict_space: HeadSpace) -> None:
    place = occluders(ict_space, "braids")
    left, right = place[place[:, 0] > 0], place[place[:, 0] < 0]
    assert len(left) == len(right)
    # the mean head is nearly symmetric
    assert np.abs(left.mean(0) * (-1, 1, 1) - right.mean(0)).max() < 0.5
    assert left[:, 1].min() < HAIRCUTS["braids"].tie[1] - 8.0


def test_loose_hair_has_no_tied_part(ict_space: HeadSpace) -> None:
    assert tied_meshes(ict_space, HAIRCUTS["long"], BARE, np.random.default_rng(0)) == ((), (), ())
