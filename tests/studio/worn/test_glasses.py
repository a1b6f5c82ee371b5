from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.look import look_of
from studio.worn.glasses import glasses_mesh
from studio.worn.mesh import WornMesh

LOOK = look_of(1, "real")


def glasses(number: int) -> WornMesh:
    mesh = glasses_mesh(replace(LOOK, glasses=number))
    assert mesh is not None
    return mesh


def test_looks_without_glasses_have_none() -> None:
    assert glasses_mesh(replace(LOOK, glasses=0)) is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_glasses_are_symmetric(number: int) -> None:
    place = glasses(number).position
    mirrored = place * (-1, 1, 1)
    gaps = np.linalg.norm(place[:, None] - mirrored[None], axis=2).min(1)
    assert gaps.max() < 0.25  # the tubes' vertices lie at other angles


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lens_fills_its_rim_in_front_of_each_eye(number: int) -> None:
    mesh = glasses(number)
    lens = mesh.position[mesh.kind > 0.5]
    assert set(np.unique(mesh.kind)) == {0.0, 1.0}
    for side in (-1, 1):
        own = lens[lens[:, 0] * side > 0]
        assert own[:, 0].mean() * side == pytest.approx(3.35, abs=0.1)
        assert own[:, 2].min() > 9.0
        assert 3.0 < np.ptp(own[:, 1]) < 4.2


def test_temples_reach_behind_the_ears() -> None:
    assert glasses(1).position[:, 2].min() < -1.0
