from __future__ import annotations

import numpy as np

from studio.lights import light_of


def test_lights_have_unit_directions_and_positive_colours() -> None:
    for seed in range(40):
        light = light_of(seed)
        for lamp in (light.key, light.fill, light.rim):
            assert lamp.shape == (2, 3)
            assert abs(np.linalg.norm(lamp[0]) - 1.0) < 1e-6
            assert lamp[1].min() > 0.0
        assert light.ambient.shape == (3, 4)


def test_the_key_light_is_in_front_and_the_rim_light_behind_on_the_other_side() -> None:
    for seed in range(40):
        light = light_of(seed)
        assert light.key[0, 2] > 0.3
        assert light.rim[0, 2] < 0.0
        assert light.key[0, 0] * light.fill[0, 0] < 0.0


def test_ambient_light_is_positive_in_every_direction_and_stronger_from_above() -> None:
    directions = np.random.default_rng(1).normal(size=(200, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    for seed in range(40):
        ambient = light_of(seed).ambient
        assert (ambient[:, :1] + ambient[:, 1:] @ directions.T).min() > 0.0
        assert (ambient[:, 2] > 0.0).all()


def test_the_same_background_has_the_same_light() -> None:
    assert (light_of(7).key == light_of(7).key).all()
    assert len({tuple(light_of(seed).key[0].tolist()) for seed in range(20)}) == 20
