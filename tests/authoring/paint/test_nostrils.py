"""Nostrils of a painted face: the portrait's own dark, soft at the rim, and nothing else changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("cv2")
import cv2

from authoring.paint.ambient import ambient_visibility
from authoring.paint.atlas import ATLAS_PX, atlas_pixels
from authoring.paint.nostrils import nostrils
from authoring.paint.raster import Raster
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels
from face.head_model import load_head_model
from tests.authoring.front_fit import FIT

MODEL = load_head_model()
SKIN, DARK = np.float32([0.8, 0.6, 0.5]), np.float32([0.3, 0.12, 0.08])


@pytest.fixture(scope="module")
def light() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    with Raster() as raster:
        visibility = ambient_visibility(raster, MODEL, MODEL.vertices)
        drawn = raster.draw(atlas_pixels(MODEL), visibility[:, None], MODEL.triangles["face"], ATLAS_PX)
    return visibility, np.ascontiguousarray(drawn[..., 0])


def canvas_with(places: NDArray[np.float32], colour: NDArray[np.float32]) -> Canvas:
    rgb = np.broadcast_to(SKIN, (EXTENDED_PX, EXTENDED_PX, 3)).copy()
    for x, y in np.round(places).astype(int):
        cv2.circle(rgb, (int(x), int(y)), 8, colour.tolist(), -1)
    return Canvas(rgb, np.ones((EXTENDED_PX, EXTENDED_PX), np.float32), None)


def test_the_inside_has_the_portraits_darkest_colour_there_and_a_soft_rim(
    light: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    visibility, texels = light
    face = np.unique(MODEL.triangles["face"])
    x, y, _ = MODEL.vertices[face].T
    above = MODEL.vertices[MODEL.lips.upper, 1].max()
    nose = face[(visibility[face] < 0.08) & (y > above) & (y < above + 2.5) & (np.abs(x) < 1.5)]
    places = extended_pixels(FIT.to_picture(FIT.to_rest(MODEL.vertices[nose])))
    inside, shade = nostrils(MODEL, canvas_with(places, DARK), FIT, MODEL.vertices, visibility, texels)
    assert np.abs(shade - DARK).max() < 0.02
    deepest = np.round(atlas_pixels(MODEL)[nose]).astype(int)
    assert np.median(inside[deepest[:, 1], deepest[:, 0]]) > 0.7
    # two holes, above the lips, and no edge of a single texel
    count, _ = cv2.connectedComponents((inside > 0.3).astype(np.uint8))
    assert count - 1 == 2
    assert inside[int(atlas_pixels(MODEL)[MODEL.lips.upper, 1].min()) :].max() == 0
    assert max(np.abs(np.diff(inside, axis=axis)).max() for axis in (0, 1)) < 0.15


def test_a_portrait_without_dark_nostrils_gets_none(
    light: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    canvas = canvas_with(np.zeros((0, 2), np.float32), DARK)
    _, shade = nostrils(MODEL, canvas, FIT, MODEL.vertices, *light)
    assert np.abs(shade - SKIN).max() < 0.01


def test_a_nose_outside_of_the_picture_gets_none(
    light: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    aside = replace(FIT, translation=np.array([90, 0, -100], np.float32))
    canvas = canvas_with(np.zeros((0, 2), np.float32), DARK)
    inside, shade = nostrils(MODEL, canvas, aside, MODEL.vertices, *light)
    assert inside.max() == 0
    assert np.isfinite(shade).all()
