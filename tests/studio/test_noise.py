from __future__ import annotations

import numpy as np
import pytest

from studio.noise import fractal_noise, spots, value_noise
from studio.seeds import random_of


def test_noise_has_the_lattices_values_at_integer_points_and_repeats() -> None:
    lattice = random_of("noise", 3).uniform(size=(32, 32, 32)).astype(np.float32)
    corners = np.array([(0, 0, 0), (5, 31, 7), (-1, 2, 33)], np.float32)
    expected = [lattice[0, 0, 0], lattice[5, 31, 7], lattice[31, 2, 1]]
    np.testing.assert_allclose(value_noise(corners, 3), expected, atol=1e-6)
    points = np.random.default_rng(1).uniform(0, 32, (200, 3))
    np.testing.assert_allclose(
        value_noise(points, 3), value_noise(points + np.array([32, -32, 64]), 3), atol=1e-5
    )


def test_noise_between_two_lattice_points_is_their_smooth_mix() -> None:
    ends = value_noise(np.array([(4.0, 2, 9), (5.0, 2, 9)]), 8)
    share = np.linspace(0, 1, 11)
    line = np.stack([4 + share, np.full(11, 2.0), np.full(11, 9.0)], 1)
    weight = share * share * (3 - 2 * share)
    np.testing.assert_allclose(value_noise(line, 8), ends[0] + (ends[1] - ends[0]) * weight, atol=1e-5)


def test_noise_of_many_points_is_that_of_each_point() -> None:
    points = np.random.default_rng(6).uniform(-40, 40, (40_000, 3))  # several blocks
    values = value_noise(points, 3)
    for first in (0, 16_383, 16_384, 39_999):
        assert value_noise(points[first : first + 1], 3)[0] == values[first]


@pytest.mark.parametrize("seed", [0, 7])
def test_noise_is_continuous_and_in_range(seed: int) -> None:
    points = np.random.default_rng(seed).uniform(-40, 40, (2000, 3))
    values = value_noise(points, seed)
    assert 0.0 <= values.min() < 0.2 < 0.8 < values.max() <= 1.0
    assert np.abs(value_noise(points + 1e-3, seed) - values).max() < 0.01


def test_octaves_are_added_with_halved_amplitude_and_doubled_frequency() -> None:
    points = np.random.default_rng(5).uniform(0, 9, (300, 3))
    two = 0.5 + (value_noise(points, 4) - 0.5) + 0.5 * (value_noise(2 * points, 5) - 0.5)
    np.testing.assert_allclose(fractal_noise(points, 4, 2), np.clip(two, 0, 1), atol=1e-6)


def test_each_cell_has_one_round_spot() -> None:
    axis = (np.arange(24) + 0.5) / 24
    cell = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3) + np.array([3, 1, 4])
    values = spots(cell, 2)
    inside = cell[values > 0]
    assert values.max() > 0.5
    assert values.min() == 0.0
    middle = cell[values.argmax()]
    radius = np.linalg.norm(inside - middle, axis=1).max()
    assert 0.1 < radius < 0.4
    # the values fall with the distance from the middle
    order = np.argsort(np.linalg.norm(inside - middle, axis=1))
    assert values[values > 0][order][:10].mean() > values[values > 0][order][-10:].mean()
