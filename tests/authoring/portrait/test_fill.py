from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.portrait.fill import push_pull


@pytest.mark.parametrize("shape", [(64, 64), (37, 90), (5, 3), (1, 1), (2, 300)])
def test_known_pixels_stay_and_a_plain_colour_fills_the_rest(shape: tuple[int, int]) -> None:
    image = np.zeros((*shape, 3), np.float32)
    weight = np.zeros(shape, np.float32)
    weight[: max(shape[0] // 3, 1), : max(shape[1] // 2, 1)] = 1
    image[weight > 0] = (0.2, 0.5, 0.9)
    image[weight == 0] = 77  # must not be read
    filled = push_pull(image, weight)
    assert filled.shape == image.shape
    assert filled.dtype == np.float32
    assert np.abs(filled - (0.2, 0.5, 0.9)).max() < 1e-3


def test_a_hole_takes_the_colour_of_the_nearer_side() -> None:
    image = np.zeros((64, 64, 1), np.float32)
    image[:, 32:] = 1
    weight = np.ones((64, 64), np.float32)
    weight[20:44, 20:44] = 0
    filled = push_pull(image, weight)[..., 0]
    assert (filled[weight > 0] == image[weight > 0][:, 0]).all()
    assert filled[32, 22] < 0.3
    assert filled[32, 42] > 0.7
    assert 0 <= filled.min() <= filled.max() <= 1


def test_any_range_is_filled() -> None:
    image = np.full((16, 16, 2), -500.0, np.float32)
    weight = np.eye(16, dtype=np.float32)
    assert np.abs(push_pull(image, weight) + 500).max() < 0.1


def test_without_known_pixels_the_result_is_finite() -> None:
    assert np.isfinite(push_pull(np.ones((9, 9, 3), np.float32), np.zeros((9, 9), np.float32))).all()
