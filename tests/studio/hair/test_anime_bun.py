from __future__ import annotations

import numpy as np

from studio.hair.anime_bun import SOLID, bun


def test_strands_wind_around_a_ball_on_the_far_side_of_the_tie() -> None:
    tie = np.array([0.0, 13.6, -6.2])
    away = tie - np.array([0.0, 5.0, -1.5])
    away /= np.linalg.norm(away)
    band, *strands = bun(tie, np.random.default_rng(0))
    place = np.concatenate([mesh.position for mesh in strands])
    radius = np.linalg.norm(place - (tie + 1.3 * away), axis=1)
    assert radius.min() > 1.0
    assert radius.max() < 3.6
    assert np.linalg.norm(band.position.mean(0) - tie) < 0.3
    assert all(mesh.kind.min() >= SOLID and mesh.kind.max() < SOLID + 1 for mesh in strands)
