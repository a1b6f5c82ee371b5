from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from studio.hair.flow import flow_of, length_of, tie_of
from studio.hair.haircuts import HAIRCUTS, Flow, Haircut

ROOTS = np.array([(3.0, 12.0, 2.0), (-3.0, 12.0, 2.0), (7.0, 6.0, -2.0), (-7.0, 6.0, -2.0), (0.5, 9.0, -9.0)])


@pytest.mark.parametrize("flow", get_args(Flow))
def test_directions_are_unit_vectors(flow: Flow) -> None:
    found = flow_of(Haircut(flow=flow, tie=(0.0, 8.0, -12.0)), ROOTS)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0)


def test_hair_is_combed_away_from_the_parting_on_both_sides() -> None:
    flow = flow_of(Haircut(flow="part", part=1.0), ROOTS[:2])
    assert flow[0, 0] > 0 > flow[1, 0]


@pytest.mark.parametrize("name", ["ponytail", "bun", "braids"])
def test_tied_hair_points_to_the_tie_of_its_side(name: str) -> None:
    cut = HAIRCUTS[name]
    ties = tie_of(cut, ROOTS)
    along = ties - ROOTS
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    assert np.allclose(flow_of(cut, ROOTS), along)
    if name == "braids":
        assert (np.sign(ties[:, 0]) == np.sign(ROOTS[:, 0])).all()


def test_hair_combed_back_goes_back_and_forward_goes_forward() -> None:
    assert (flow_of(Haircut(flow="back"), ROOTS)[:, 2] < -0.7).all()
    assert flow_of(Haircut(flow="forward"), ROOTS[:2])[:, 2].min() > 0.7


def test_lengths_are_those_of_the_region() -> None:
    cut = replace(Haircut(), length=(6.0, 5.0, 2.0, 1.0))
    front, top, side, back = np.array(
        [(0.0, 9.0, 9.0), (3.0, 14.0, -6.0), (7.5, 5.0, 0.0), (0.0, 2.0, -11.0)]
    )
    assert length_of(cut, np.stack([front, top, back])) == pytest.approx([6.0, 5.0, 1.0])
    assert 1.0 < length_of(cut, side[None])[0] < 4.0
