from __future__ import annotations

import numpy as np

from tests.made_portraits import made_portrait
from training.parsing.augment import make_example
from vision.portrait_parts import INPUT_PLANES, INPUT_PX, PORTRAIT_PART


def others(random: np.random.Generator, size: int) -> np.ndarray:
    return np.full((size, size, 3), 0.5, np.float32)


def test_an_example_for_judging_is_the_portrait_over_its_own_background() -> None:
    portrait = made_portrait(1)
    example = make_example(portrait, others, None)
    assert example.planes.shape == (INPUT_PX, INPUT_PX, INPUT_PLANES)
    np.testing.assert_allclose(example.planes[0, 0, :3], portrait.background[0, 0] / 255, atol=1e-6)
    nose = example.planes[145 // 2, INPUT_PX // 2]
    np.testing.assert_allclose(nose[:3], portrait.person[145, 160, :3] / 255, atol=1e-6)
    np.testing.assert_array_equal(nose[3:], (1, 1))
    assert example.alpha[145 // 2, INPUT_PX // 2] == 1.0


def test_augmented_examples_keep_labels_and_pictures_together() -> None:
    """The face's outline, which comes from the landmarks, lies on the person wherever it was moved."""
    on_person = []
    for seed in range(30):
        example = make_example(made_portrait(seed), others, np.random.default_rng(seed))
        assert example.planes.dtype == np.float32
        assert 0 <= example.planes.min() <= example.planes.max() <= 1 + 1e-6
        assert 0 <= example.alpha.min() <= example.alpha.max() <= 1
        face = example.planes[..., 3] > 0.9
        on_person.append(float((example.alpha[face] > 0.9).mean()))
        assert (example.part[example.alpha > 0.05] != PORTRAIT_PART["background"]).mean() > 0.97
    assert np.mean(on_person) > 0.97


def test_the_same_generator_gives_the_same_example() -> None:
    one, other = (make_example(made_portrait(1), others, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one.planes, other.planes)
    np.testing.assert_array_equal(one.alpha, other.alpha)


def test_beyond_the_picture_nothing_is_known_and_labels_go_on() -> None:
    cut = 0
    for seed in range(30):
        example = make_example(made_portrait(seed), others, np.random.default_rng(seed))
        known = example.planes[..., 4]
        if known.min() == 1:
            continue
        cut += 1
        rows = np.flatnonzero(known.any(1))
        if rows[-1] < INPUT_PX - 1:  # the last known row is repeated below
            np.testing.assert_array_equal(example.alpha[-1], example.alpha[rows[-1]])
    assert 5 < cut < 28
