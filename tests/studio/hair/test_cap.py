from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.hair.cap import cap_height, cap_meshes, crest_meshes
from studio.hair.haircuts import HAIRCUTS, Haircut
from studio.hair.scalp import scalp_of
from studio.head.head_space import HeadSpace

#: Positions in front, on top, at the side and behind.
REGIONS = np.array([(0.0, 5.0, 9.0), (0.0, 14.0, -3.0), (7.5, 5.0, -4.0), (0.0, 2.0, -11.0)])


def test_the_height_is_that_of_the_region() -> None:
    cut = Haircut(cap=(0.5, 3.0, 1.0, 2.0))
    front, top, side, back = cap_height(cut, REGIONS)
    assert (front, top, back) == pytest.approx((0.5, 3.0, 2.0))
    assert 0.9 < side < 1.5


def test_the_cap_lies_above_the_skin_as_high_as_the_cut_says(ict_space: HeadSpace) -> None:
    parts = cap_meshes(ict_space, replace(HAIRCUTS["afro"], lumps=0.0), np.random.default_rng(0))
    (cap,) = parts.occluders
    distance, _ = ict_space.distance(cap.position.astype(np.float32))
    assert distance.min() > -0.1
    assert 2.0 < distance.max() < 3.6
    assert len(parts.one_sided) == len(HAIRCUTS["afro"].fuzz)


def test_shells_of_fuzz_are_drawn_from_the_outermost_one_and_thin_outwards(ict_space: HeadSpace) -> None:
    shells = cap_meshes(ict_space, HAIRCUTS["afro"], np.random.default_rng(0)).one_sided
    height = [ict_space.distance(shell.position.astype(np.float32))[0].mean() for shell in shells]
    density = [(shell.kind % 1.0).mean() for shell in shells]
    assert height == sorted(height, reverse=True)
    assert density == sorted(density)


def test_sides_below_the_trimmed_height_have_no_density(ict_space: HeadSpace) -> None:
    cut = HAIRCUTS["undercut"]
    (cap,) = cap_meshes(ict_space, cut, np.random.default_rng(0)).occluders
    assert (cap.kind[cap.position[:, 1] < cut.trimmed - 2.5] % 1.0).max() < 0.02


def test_only_a_mohawk_has_a_crest_along_the_middle(ict_space: HeadSpace) -> None:
    scalp = scalp_of(ict_space)
    assert crest_meshes(HAIRCUTS["bob"], scalp, np.random.default_rng(0)).occluders == ()
    (crest,) = crest_meshes(HAIRCUTS["mohawk"], scalp, np.random.default_rng(0)).occluders
    assert np.abs(crest.position[:, 0]).max() < 2.0
    assert crest.position[:, 1].max() > scalp.place[..., 1].max() + 3.0
