from __future__ import annotations

import numpy as np

from training.parsing.textures import colour, ground, rough_noise, texture

SIZE = 64


def plain(random: np.random.Generator, size: int) -> np.ndarray:
    return np.full((size, size, 3), 0.25, np.float32)


def test_textures_and_grounds_are_pictures_of_many_kinds() -> None:
    for make in (texture, lambda random, size, others: ground(random, size, others, None)):
        spreads = []
        for seed in range(40):
            made = make(np.random.default_rng(seed), SIZE, plain)
            assert made.shape == (SIZE, SIZE, 3)
            assert made.dtype == np.float32
            assert 0 <= made.min() <= made.max() <= 1
            spreads.append(float(made.std((0, 1)).max()))
        assert min(spreads) < 0.01  # plain ones
        assert max(spreads) > 0.2  # and busy ones


def test_a_ground_comes_close_to_a_colour_that_it_is_given() -> None:
    near = np.array((0.8, 0.75, 0.7), np.float32)
    far = [
        np.abs(ground(np.random.default_rng(seed), SIZE, plain, near).mean((0, 1)) - near).max()
        for seed in range(20)
    ]
    assert np.median(far) < 0.15


def test_noise_has_fine_and_coarse_parts_within_its_limits() -> None:
    made = rough_noise(np.random.default_rng(0), SIZE)
    assert np.abs(made).max() <= 1.0
    assert np.abs(np.diff(made[..., 0], axis=0)).mean() > 0.005


def test_colours_span_the_cube() -> None:
    drawn = np.stack([colour(np.random.default_rng(seed)) for seed in range(200)])
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    assert (np.ptp(drawn, axis=0) > 0.8).all()
