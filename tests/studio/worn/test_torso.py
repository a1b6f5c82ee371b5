from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.head.head_space import HeadSpace
from studio.worn.torso import MIDDLE, Torso


@pytest.mark.parametrize("shoulders", [15.0, 17.5, 20.5])
def test_shoulders_are_as_wide_as_asked(ict_space: HeadSpace, shoulders: float) -> None:
    torso = Torso(ict_space, shoulders=shoulders)
    down = np.linspace(0.4, 1.9, 60)
    for side in (-1.0, 1.0):
        ways = np.stack([side * np.sin(down), np.cos(down), np.zeros(60)], 1)
        points, _ = torso.surface(ways)
        assert abs(np.abs(points[:, 0]).max() - shoulders) < 0.9
    # a ray through the side of the neck meets the mean head's own skin, a cloth's thickness away
    neck = np.array([[6.0, -10.5, -1.5]]) - MIDDLE
    found, _ = torso.surface(neck / np.linalg.norm(neck))
    assert abs(ict_space.distance(found.astype(np.float32))[0][0] - 0.34) < 0.3


def test_points_on_the_cloth_are_on_their_rays(ict_space: HeadSpace) -> None:
    torso = Torso(ict_space, shoulders=19.0)
    points = np.array([[0.0, -22.0, 30.0], [12.0, -10.0, 2.0]])
    laid = torso.project(points, 0.5)
    for before, after in zip(points, laid, strict=True):
        assert np.allclose(np.cross(before - MIDDLE, after - MIDDLE), 0.0, atol=1e-6)
    assert np.allclose(torso.push_outside(laid, 0.2), laid)
    assert np.allclose(torso.push_outside(MIDDLE + 0.1 * (points - MIDDLE), 0.5), laid)
