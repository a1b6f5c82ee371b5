from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.hair.scalp import scalp_of
from studio.head.head_space import HeadSpace
from studio.skin.regions import scalp_distance


def test_the_grid_lies_on_the_skin_and_closes_behind_the_head(ict_space: HeadSpace) -> None:
    scalp = scalp_of(ict_space)
    distance, _ = ict_space.distance(scalp.place.reshape(-1, 3))
    assert np.abs(distance).max() < 0.1
    assert np.allclose(scalp.place[0], scalp.place[-1], atol=1e-4)
    assert np.allclose(np.linalg.norm(scalp.normal, axis=2), 1.0, atol=1e-3)


def test_the_last_row_is_the_hairline(ict_space: HeadSpace) -> None:
    scalp = scalp_of(ict_space)
    inside = scalp_distance(scalp.place.reshape(-1, 3)).reshape(scalp.place.shape[:2])
    assert np.abs(inside[:, -1]).max() < 0.6
    assert inside[:, :5].min() > 0.0


def test_roots_are_spread_by_area(ict_space: HeadSpace) -> None:
    scalp = scalp_of(ict_space)
    roots, out = scalp.roots(4000, np.random.default_rng(0))
    assert np.allclose(np.linalg.norm(out, axis=1), 1.0)
    # the true area left and right of the middle, and of its upper part, by Heron's formula
    corners = scalp.place.astype(np.float64)
    a, b, c, d = corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]
    area = heron(a, b, c) + heron(a, c, d)
    middle = (a + b + c + d) / 4
    for chosen, hits in (
        (middle[..., 0] > 0, roots[:, 0] > 0),
        (middle[..., 1] > 9, roots[:, 1] > 9),
    ):
        assert hits.mean() == pytest.approx(area[chosen].sum() / area.sum(), abs=0.04)


def heron(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    p, q, r = (np.linalg.norm(x - y, axis=-1) for x, y in ((a, b), (b, c), (c, a)))
    s = (p + q + r) / 2
    return np.sqrt(np.maximum(s * (s - p) * (s - q) * (s - r), 0.0))


def test_no_root_grows_where_nothing_is_shown(ict_space: HeadSpace) -> None:
    scalp = scalp_of(ict_space)
    shown = (scalp.place[..., 1] > 8.0).astype(np.float32)
    roots, _ = scalp.roots(500, np.random.default_rng(1), shown=shown)
    assert roots[:, 1].min() > 6.5  # cells are up to 1.5 units high
