from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from authoring.paint.raster import Raster


@pytest.fixture(scope="module")
def raster() -> Iterator[Raster]:
    with Raster() as made:
        yield made


SQUARE = np.array([[8, 4], [56, 4], [56, 36], [8, 36]], np.float32)
HALVES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def test_values_are_interpolated_linearly(raster: Raster) -> None:
    """Values that are the corners' own coordinates: every pixel holds its own middle."""
    drawn = raster.draw(SQUARE, SQUARE, HALVES, 64)
    assert drawn.shape == (64, 64, 3)
    assert drawn.dtype == np.float32
    rows, columns = np.nonzero(drawn[..., 2])
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (8, 55, 4, 35)
    assert len(rows) == 48 * 32
    assert np.abs(drawn[rows, columns, 0] - (columns + 0.5)).max() < 0.02
    assert np.abs(drawn[rows, columns, 1] - (rows + 0.5)).max() < 0.02
    assert not drawn[0].any()


def test_the_nearer_triangle_wins_with_depth_and_the_later_one_without(raster: Raster) -> None:
    points = np.concatenate([SQUARE, SQUARE])
    values = np.repeat(np.array([[1.0], [2.0]], np.float32), 4, 0)
    both = np.concatenate([HALVES, HALVES + 4])
    nearer_first = np.repeat(np.array([5, 1], np.float32), 4)
    assert raster.draw(points, values, both, 64, depth=nearer_first)[20, 30, 0] == 1
    assert raster.draw(points, values, both, 64)[20, 30, 0] == 2


def test_triangles_outside_the_picture_are_clipped(raster: Raster) -> None:
    drawn = raster.draw(SQUARE * 100 - 2000, np.ones((4, 1), np.float32), HALVES, 32)
    assert np.isfinite(drawn).all()


def test_drawing_twice_gives_the_same(raster: Raster) -> None:
    once = raster.draw(SQUARE, SQUARE, HALVES, 64)
    raster.draw(SQUARE[::-1].copy(), SQUARE, HALVES, 128)
    assert (raster.draw(SQUARE, SQUARE, HALVES, 64) == once).all()
