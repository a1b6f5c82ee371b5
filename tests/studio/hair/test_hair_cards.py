from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.hair.hair_cards import combed_meshes, fringe_meshes
from studio.hair.haircuts import HAIRCUTS
from studio.head.head_space import HeadSpace


@pytest.mark.parametrize("name", ["crop", "side_part", "spiky", "curly", "ponytail"])
def test_there_are_as_many_cards_as_the_cut_says(ict_space: HeadSpace, name: str) -> None:
    cut = HAIRCUTS[name]
    parts = combed_meshes(ict_space, cut, np.random.default_rng(0))
    (cards,) = [*parts.one_sided, *parts.two_sided]
    assert len(cards.triangles) == cut.cards * cut.segments * 4
    assert parts.occluders == ()
    # coils and spikes are seen from both sides
    assert bool(parts.two_sided) == (name in ("spiky", "curly"))


def test_cards_stay_outside_the_head(ict_space: HeadSpace) -> None:
    for name in ("pixie", "slick", "curly"):
        parts = combed_meshes(ict_space, HAIRCUTS[name], np.random.default_rng(0))
        (cards,) = [*parts.one_sided, *parts.two_sided]
        distance, _ = ict_space.distance(cards.position.astype(np.float32))
        assert (distance < -0.3).mean() < 0.02


def test_cards_of_tied_hair_end_at_the_tie(ict_space: HeadSpace) -> None:
    cut = HAIRCUTS["ponytail"]
    (cards,) = combed_meshes(ict_space, cut, np.random.default_rng(0)).one_sided
    tips = cards.position.reshape(cut.cards, cut.segments + 1, 3, 3)[:, -1, 1]
    assert np.median(np.linalg.norm(tips - np.array(cut.tie), axis=1)) < 1.0


def test_a_longer_fringe_ends_lower_on_the_forehead(ict_space: HeadSpace) -> None:
    lowest = []
    for length in (5.0, 8.6):
        cut = replace(HAIRCUTS["fringe"], fringe=length)
        (sheet,) = fringe_meshes(ict_space, cut, np.random.default_rng(0)).occluders
        lowest.append(sheet.position[:, 1].min())
    assert 4.0 < lowest[1] < lowest[0] - 2.0


def test_no_cards_and_no_fringe_where_the_cut_has_none(ict_space: HeadSpace) -> None:
    for made in (combed_meshes, fringe_meshes):
        assert made(ict_space, HAIRCUTS["buzz"], np.random.default_rng(0)) == ((), (), ())
