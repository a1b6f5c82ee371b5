from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from authoring.paint.drawing import Camera, draw_head, paint_features, pixels
from authoring.paint.raster import Raster
from face.head_model import load_head_model

MODEL = load_head_model()
CAMERA: Camera = (np.eye(3, dtype=np.float32), np.array([0, 0, -100], np.float32), 2.2)
SIZE = 256


@pytest.fixture(scope="module")
def raster() -> Iterator[Raster]:
    with Raster() as made:
        yield made


def test_pixels_are_those_of_a_pinhole() -> None:
    points = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 50]], np.float32)
    places, depth = pixels(points, CAMERA, SIZE)
    middle, reach = SIZE / 2, 10 / 100 * 2.2 * SIZE
    assert places == pytest.approx(
        np.array([[middle, middle], [middle + reach, middle], [middle, middle - reach], [middle, middle]])
    )
    assert depth[3] == depth.max()  # nearer to the camera


def test_the_background_is_grey_and_the_irises_are_dark(raster: Raster) -> None:
    drawn = draw_head(raster, MODEL, MODEL.vertices, CAMERA, SIZE)
    assert drawn.shape == (SIZE, SIZE, 3)
    assert 0 <= drawn.min() <= drawn.max() <= 1
    assert (drawn[:4, :4] == np.float32(0.55)).all()
    for side in (0, 1):
        ball = MODEL.vertices[MODEL.eyeball(side)]
        front = ball[[ball[:, 2].argmax()]]
        column, row = pixels(front, CAMERA, SIZE)[0][0].astype(int)
        assert drawn[row, column].max() < 0.2


def test_the_side_towards_the_light_is_brighter(raster: Raster) -> None:
    lit = draw_head(raster, MODEL, MODEL.vertices, CAMERA, SIZE, light=(1.0, 0.0, 0.3))
    face = slice(SIZE // 2 - 20, SIZE // 2 + 20)
    assert (
        lit[face, SIZE // 2 + 8 : SIZE // 2 + 24].mean()
        > 1.2 * lit[face, SIZE // 2 - 24 : SIZE // 2 - 8].mean()
    )


def test_features_darken_brows_and_redden_lips_only() -> None:
    factors = paint_features(MODEL)
    painted = (factors != 1).any(1)
    assert 0.01 < painted[np.unique(MODEL.triangles["face"])].mean() < 0.4
    lips = np.concatenate([MODEL.lips.upper, MODEL.lips.lower])
    assert (factors[lips, 0] > factors[lips, 1])[MODEL.vertices[lips, 2] > 8.5].mean() > 0.8
