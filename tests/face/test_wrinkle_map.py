from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from face.head_model import load_head_model
from face.wrinkle_map import REGIONS, _lines, _nearest, region_weights, wrinkle_relief

SIDE = 512


@pytest.fixture(scope="module")
def relief() -> np.ndarray:
    return wrinkle_relief(SIDE)


def test_distances_are_those_to_the_densely_sampled_line() -> None:
    points = np.array([(0.2, 0.2), (0.5, 0.3), (0.6, 0.7)], np.float32)
    u = np.linspace(0.1, 0.9, 17, dtype=np.float32)
    v = np.linspace(0.1, 0.9, 19, dtype=np.float32)
    away, along = _nearest(u, v, points)
    share = np.linspace(0.0, 1.0, 4001)[:, None]
    dense = np.concatenate([a + share * (b - a) for a, b in pairwise(points)])  # (N, 2)
    for row, y in enumerate(v):
        for column, x in enumerate(u):
            gaps = np.hypot(dense[:, 0] - x, dense[:, 1] - y)
            assert abs(away[row, column]) == pytest.approx(gaps.min(), abs=1e-3)
            if gaps.min() > 1e-3:
                assert along[row, column] == pytest.approx(gaps.argmin() / len(dense), abs=0.02)
    assert away[-1, 0] > 0  # above a line to the right: on its left
    assert away[0, -1] < 0


def test_skin_sinks_on_the_lines_rises_beside_them_and_is_flat_elsewhere(relief: np.ndarray) -> None:
    for line in _lines():
        middle = line.points[len(line.points) // 2]
        column, row = (middle * SIDE).astype(int)
        reach = round(3 * line.width * SIDE)
        window = relief[row - reach : row + reach + 1, column - reach : column + reach + 1]
        if line.ledge == 0.0:
            assert relief[row, column] < -0.3
            assert relief[row, column] < window.mean()
        assert window.max() > 0.1
    nose, eye, lip = ((0.5, 0.62), (0.34, 0.745), (0.5, 0.34))
    for u, v in (nose, eye, lip, (0.05, 0.3), (0.5, 0.08)):
        assert relief[int(v * SIDE), int(u * SIDE)] == pytest.approx(0.0, abs=0.02)


def test_the_map_is_the_same_at_every_side(relief: np.ndarray) -> None:
    larger = wrinkle_relief(2 * SIDE)
    np.testing.assert_allclose(larger.reshape(SIDE, 2, SIDE, 2).mean((1, 3)), relief, atol=0.12)


def test_regions_do_not_add_up_beyond_one_and_mirror_each_other() -> None:
    places = np.random.default_rng(1).uniform(0, 1, (4000, 2)).astype(np.float32)
    weights = region_weights(places)
    assert weights.min() == 0.0
    assert weights.sum(1).max() < 1.25  # where two regions meet
    other = region_weights(np.column_stack([1 - places[:, 0], places[:, 1]]).astype(np.float32))
    for row, name in enumerate(REGIONS):
        if name.endswith("_left"):
            np.testing.assert_allclose(other[:, row], weights[:, row + 1], atol=1e-5)
    forehead = region_weights(np.array([(0.5, 0.9), (0.45, 0.9), (0.6, 0.9)], np.float32))[:, :2]
    np.testing.assert_allclose(forehead.sum(1), 1.0, atol=1e-5)


def test_every_line_lies_within_a_region(relief: np.ndarray) -> None:
    places = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
    uv = np.stack(np.broadcast_arrays(places[None, :], places[:, None]), -1).reshape(-1, 2)
    within = region_weights(uv).max(1).reshape(SIDE, SIDE)
    deep = relief < -0.3
    assert (within[deep] > 0.3).mean() > 0.85


def test_left_is_the_subjects() -> None:
    model = load_head_model()
    weights = region_weights(model.uv)
    for row, name in enumerate(REGIONS):
        x = np.average(model.vertices[:, 0], weights=weights[:, row])
        assert (x > 1) == name.endswith("_left")
        assert (x < -1) == name.endswith("_right")


def test_two_whole_furrows_stand_between_the_brows(relief: np.ndarray) -> None:
    for row in range(round(0.79 * SIDE), round(0.835 * SIDE)):
        deep = relief[row, round(0.43 * SIDE) : round(0.57 * SIDE)] < -0.7
        assert (np.diff(deep.astype(int)) == 1).sum() == 2
