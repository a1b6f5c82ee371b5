"""The square that LivePortrait sees lies where its formula says, and its pixels are those of the picture."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.liveportrait.crop import cut_square, eye_openness, face_square, lip_openness


def landmarks() -> np.ndarray:
    """Points between -0.1 and 0.2, a forehead above, brows at -0.1."""
    made = np.zeros((478, 2), np.float32)
    made[:, 0] = np.linspace(-0.1, 0.1, 478)
    made[:, 1] = np.linspace(-0.1, 0.2, 478)
    made[10] = (0.0, -0.4)
    for number in (70, 63, 105, 66, 107, 336, 296, 334, 293, 300):
        made[number, 1] = -0.1
    return made


def test_the_square_leaves_the_forehead_out_of_its_size() -> None:
    x, y, side = face_square(landmarks())
    assert side == pytest.approx(2.3 * 0.3, abs=1e-4)
    assert (x, y) == pytest.approx((0.0, 0.05 - 0.125 * side), abs=1e-3)


@pytest.mark.parametrize(("heights", "px"), [(1.0, 400), (1.25, 500)])
def test_pixels_lie_where_they_lay(heights: float, px: int) -> None:
    """A ramp from 0 to 200 across one picture height, with or without a margin."""
    places = (np.arange(px) + 0.5) / px * heights - heights / 2  # picture heights from the centre
    ramp = 100 + 200 * places
    picture = np.zeros((px, px, 3), np.uint8)
    picture[..., 0], picture[..., 1] = np.round(ramp)[None, :], np.round(ramp)[:, None]
    square = np.array([0.05, -0.1, 0.5], np.float32)
    cut = cut_square(picture, heights, square, 64)
    assert cut.shape == (64, 64, 3)
    wanted = (np.arange(64) + 0.5) / 64 - 0.5
    np.testing.assert_allclose(cut[32, :, 0], 100 + 200 * (0.05 + 0.5 * wanted), atol=1.2)
    np.testing.assert_allclose(cut[:, 32, 1], 100 + 200 * (-0.1 + 0.5 * wanted), atol=1.2)


def test_beyond_the_picture_its_border_goes_on() -> None:
    picture = np.full((50, 50, 3), 90, np.uint8)
    assert (cut_square(picture, 1.0, np.array([0.4, 0, 1.5], np.float32), 32) == 90).all()


def test_openness_is_height_over_width() -> None:
    points = np.zeros((478, 2), np.float32)
    points[263], points[362], points[386], points[374] = (0.1, 0), (0.05, 0), (0.07, -0.01), (0.07, 0.01)
    points[33], points[133], points[159], points[145] = (-0.1, 0), (-0.05, 0), (-0.07, 0), (-0.07, 0.005)
    points[61], points[291], points[13], points[14] = (-0.05, 0.2), (0.05, 0.2), (0, 0.2), (0, 0.23)
    assert eye_openness(points) == pytest.approx((0.4, 0.1))
    assert lip_openness(points) == pytest.approx(0.3)
