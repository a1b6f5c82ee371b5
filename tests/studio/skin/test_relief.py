from __future__ import annotations

import numpy as np

from studio.skin.relief import skin_relief


def test_folds_are_dark_on_their_line_and_fade_beside_it() -> None:
    line = np.array([(2.2, -1.2, 10.7), (2.9, -2.5, 10.2)], np.float32)  # between nose and mouth
    folds, _ = skin_relief(line)
    assert folds.min() > 0.2
    beside, _ = skin_relief(line + np.float32([1.6, 0.3, -0.5]))
    assert np.abs(beside).max() < 0.6 * folds.min()


def test_cheekbones_are_raised_and_the_back_of_the_head_is_flat() -> None:
    folds, wrinkles = skin_relief(np.array([(4.4, 1.2, 9.0), (0.0, 5.0, -9.0)], np.float32))
    assert folds[0] < 0.0
    assert folds[1] == wrinkles[1] == 0.0


def test_both_halves_have_the_relief_but_not_the_very_same() -> None:
    random = np.random.default_rng(3)
    points = (random.uniform(0, 1, (4000, 3)) * (4, 14, 3) + (0.3, -5, 8.5)).astype(np.float32)
    left, right = skin_relief(points)[0], skin_relief(points * np.float32([-1, 1, 1]))[0]
    assert not np.array_equal(left, right)
    assert np.corrcoef(left, right)[0, 1] > 0.6


def test_wrinkles_are_on_forehead_eyes_and_mouth() -> None:
    random = np.random.default_rng(4)
    forehead = (random.uniform(0, 1, (3000, 3)) * (3, 2.5, 0.5) + (0, 7.2, 10.4)).astype(np.float32)
    nose = (random.uniform(0, 1, (3000, 3)) * (0.5, 2.0, 0.5) + (0, 0.5, 12.0)).astype(np.float32)
    wrinkled, smooth = skin_relief(forehead)[1], skin_relief(nose)[1]
    assert wrinkled.max() > 0.5
    assert wrinkled.min() >= 0.0
    assert wrinkled.max() <= 1.0
    assert smooth.max() < 0.2
