from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.surface import closest_point


def test_a_point_on_a_triangle_is_found_by_its_barycentric_coordinates() -> None:
    rng = np.random.default_rng(1)
    corners = (
        rng.normal(size=(60, 3, 3)).astype(np.float32) * 0.2
        + rng.normal(size=(60, 1, 3)).astype(np.float32) * 5
    )
    truth = rng.dirichlet([2, 2, 2], 60).astype(np.float32)
    points = (corners * truth[..., None]).sum(1)
    where, weights = closest_point(points, corners)
    found = (corners[where] * weights[..., None]).sum(1)
    assert np.abs(found - points).max() < 1e-3
    assert (where == np.arange(60)).mean() > 0.95
    assert np.allclose(weights.sum(1), 1, atol=1e-5)
    assert weights.min() >= 0


def test_a_point_above_a_triangle_is_projected_along_its_normal() -> None:
    corners = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]] * 30, np.float32)
    _, weights = closest_point(np.array([[0.25, 0.5, 3.0]], np.float32), corners)
    assert weights[0] == pytest.approx([0.25, 0.25, 0.5], abs=1e-5)
