from __future__ import annotations

import numpy as np
import pytest

from authoring.portrait.canvas import cut_square
from measure.errors import MeasureError
from measure.real.square import square_of
from tests.measure.real.test_scores import face_points, observation


def test_the_square_lies_around_the_face_and_inside_the_picture() -> None:
    points = face_points()
    picture = np.zeros((400, 600, 3), np.uint8)
    cut = square_of(observation(points * 2 + np.array([150, 40, 0], np.float32), 0.0), picture)
    assert cut.left >= 0 and cut.top >= 0  # noqa: PT018
    assert cut.left + cut.side <= 600
    assert cut.top + cut.side <= 400


def test_a_cut_shows_a_point_where_it_should() -> None:
    points = face_points()
    picture = np.zeros((512, 512, 3), np.uint8)
    picture[200:208, 300:308] = 255
    cut = square_of(observation(points * 2 + np.array([100, 60, 0], np.float32), 0.0), picture)
    made = cut_square(picture, cut, 256).astype(float).sum(-1)
    y, x = np.mgrid[:256, :256] + 0.5
    centre = np.array([(x * made).sum(), (y * made).sum()]) / made.sum()
    expected = (np.array([304.0, 204.0]) - (cut.left, cut.top)) * 256 / cut.side
    assert centre == pytest.approx(expected, abs=0.05)


def test_a_face_that_fills_the_picture_is_refused() -> None:
    with pytest.raises(MeasureError, match="head and shoulders"):
        square_of(observation(face_points(), 0.0), np.zeros((60, 60, 3), np.uint8))
