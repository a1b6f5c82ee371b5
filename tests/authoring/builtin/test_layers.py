from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.builtin.design import OMOTE
from authoring.builtin.designs import MIO
from authoring.builtin.hair import hair_surfaces
from authoring.builtin.head import BuiltinHead, build_head
from authoring.builtin.layers import (
    CONTOUR_PX,
    RIM_PX,
    draw_back,
    draw_eye,
    draw_neck,
    hair_and_clothes,
    with_lit_sides,
    with_one_outline,
)
from authoring.builtin.portrait import draw_portrait
from authoring.builtin.surface import draw_surfaces, pixels_of
from authoring.paint.atlas import ATLAS_PX, FaceAtlas, atlas_pixels
from authoring.paint.eyes import DISC, EYE_PX
from authoring.paint.raster import Raster
from authoring.portrait.canvas import EXTENDED_PX, Canvas
from face.landmarks import load_landmarks

CHIN, FOREHEAD = 152, 10  # MediaPipe's landmarks


@pytest.fixture(scope="module")
def head() -> BuiltinHead:
    return build_head()


@pytest.fixture(scope="module")
def places(head: BuiltinHead) -> np.ndarray:
    return pixels_of(head, load_landmarks().of(head.vertices), 1).round().astype(int)


def test_an_iris_is_a_disc_that_ends_at_the_limbus() -> None:
    white, iris = draw_eye(OMOTE.eyes, 0)
    assert white.shape == iris.shape == (EYE_PX, EYE_PX, 4)
    assert (white[..., 3] == 1).all()
    rows, columns = np.mgrid[0:EYE_PX, 0:EYE_PX] + 0.5
    radius = np.hypot(columns / EYE_PX * 2 - 1, rows / EYE_PX * 2 - 1) / (2 * DISC)
    assert (iris[..., 3][radius < 0.95] == 1).all()
    assert (iris[..., 3][radius > 1.06] == 0).all()


def test_the_two_whites_mirror_each_other() -> None:
    left, right = draw_eye(OMOTE.eyes, 0)[0], draw_eye(OMOTE.eyes, 1)[0]
    assert left[:, ::-1].mean(0) == pytest.approx(right.mean(0), abs=0.03)


def test_hair_and_clothes_are_around_the_head_and_below_it(head: BuiltinHead, places: np.ndarray) -> None:
    mask = hair_and_clothes(head)
    assert set(np.unique(mask).tolist()) == {0.0, 1.0}
    assert mask[EXTENDED_PX - 5, EXTENDED_PX // 2] == 1
    assert mask[places[FOREHEAD, 1] - 60, places[FOREHEAD, 0]] == 1
    assert mask[:5].max() == 0


@pytest.fixture(scope="module")
def canvas(head: BuiltinHead) -> Canvas:
    return draw_portrait(head, 1)


@pytest.fixture(scope="module")
def face(head: BuiltinHead) -> np.ndarray:
    """(E, E) float32: 1 in the face's outline."""
    import cv2

    skin = pixels_of(head, head.vertices[np.unique(head.model.triangles["face"])], 1)
    empty = np.zeros((EXTENDED_PX, EXTENDED_PX), np.uint8)
    return cv2.fillConvexPoly(empty, cv2.convexHull(skin).round().astype(np.int32), 1).astype(np.float32)


def test_the_neck_is_bare_skin_below_the_chin(
    head: BuiltinHead, canvas: Canvas, face: np.ndarray, places: np.ndarray
) -> None:
    neck = draw_neck(head, canvas, face, hair_and_clothes(head))
    column, row = places[CHIN]
    assert (neck.alpha[row + 40 : row + 140, column] == 1).all()
    assert neck.alpha[row - 100 : row, column].max() == 0  # behind the face the skin is open


def test_the_throat_goes_on_in_the_tone_of_the_neck_below_the_jaw(
    head: BuiltinHead, canvas: Canvas, face: np.ndarray, places: np.ndarray
) -> None:
    """A turned head's neck would have an edge where the jaw was."""
    neck = draw_neck(head, canvas, face, hair_and_clothes(head))
    colours = neck.rgb / np.maximum(neck.alpha, 1e-3)[..., None]
    column = places[CHIN, 0]
    jaw = int(np.flatnonzero(face[:, column] > 0).max())
    below = slice(jaw + CONTOUR_PX + 4, jaw + CONTOUR_PX + 10)
    inside = slice(jaw + 2, jaw + CONTOUR_PX - 2)
    seen = canvas.rgb[below, column - 20 : column + 20].mean((0, 1))
    throat = colours[inside, column - 20 : column + 20].mean((0, 1))
    assert throat == pytest.approx(seen, rel=0.2)
    assert (throat < 1.02 * seen).all()  # in the chin's shadow


def test_a_flat_throat_has_the_darker_of_two_tones(face: np.ndarray) -> None:
    flat = build_head(MIO)
    neck = draw_neck(flat, Canvas(np.zeros((*face.shape, 3), np.float32), face, face), face, face * 0)
    shown = (neck.alpha == 1) & (face > 0)
    dark = np.array(MIO.skin.tone) * np.sqrt(MIO.skin.flat_shade)
    assert shown.any()
    assert np.abs(neck.rgb[shown] - dark).max() < 1e-5


def test_the_back_is_dark_hair_around_the_head(head: BuiltinHead, places: np.ndarray) -> None:
    back = draw_back(head)
    assert back.shape == (EXTENDED_PX, EXTENDED_PX, 4)
    shown = back[back[..., 3] > 0.9]
    assert 0.05 < len(shown) / EXTENDED_PX**2 < 0.6
    assert shown[:, :3].mean() < 0.35


def test_hair_in_front_and_behind_meets_in_one_tone(head: BuiltinHead) -> None:
    """A dark rim in front, other hair behind, and an outline of half transparent dark pixels; strands stay."""
    import cv2

    hair = (draw_surfaces(head, hair_surfaces(head.design.hair.cut), 1).material > 0).astype(np.uint8)
    inside = cv2.distanceTransform(hair, cv2.DIST_L2, 5)
    strands = 0.04 * np.sin(np.arange(EXTENDED_PX) * 2.0)[None, :]
    edge = cv2.dilate(hair, np.ones((3, 3), np.uint8)) - cv2.erode(hair, np.ones((3, 3), np.uint8))
    alpha = np.where(edge > 0, 0.5, hair).astype(np.float32)
    pictures = []
    for tone, rim in ((0.6, 0.2), (0.4, 0.4)):
        grey = np.where(inside < 10, rim, tone) + strands
        grey = np.where(edge > 0, 0.05, grey)
        pictures.append(np.dstack([grey, grey, grey, alpha]).astype(np.float32))
    front, behind = with_one_outline(head, *pictures)
    assert np.array_equal(front[..., 3], alpha)
    outline = (inside > 0) & (inside < 5)
    # it was 0.2 apart; tones are blurred, so that the step of the dark rim leaves a little of itself
    assert front[outline][:, 0].mean() == pytest.approx(behind[outline][:, 0].mean(), abs=0.05)
    assert behind[outline][:, 0].mean() == pytest.approx(0.5, abs=0.02)
    assert front[outline][:, 0].std() > 0.015
    farther = inside > RIM_PX + 1
    for made, given in zip((front, behind), pictures, strict=True):
        assert np.array_equal(made[farther], given[farther])


def test_the_sides_of_the_face_have_matt_skin_and_strands_of_hair(head: BuiltinHead) -> None:
    """What the portrait hides: a highlight there would stay in its place when the head turns."""
    grey = np.full((ATLAS_PX, ATLAS_PX, 3), 0.5, np.float32)
    none = np.zeros((ATLAS_PX, ATLAS_PX), np.float32)
    unseen = FaceAtlas(grey, none + 1, none)
    with Raster() as raster:
        mean = raster.draw(
            atlas_pixels(head.model), head.model.vertices, head.model.triangles["face"], ATLAS_PX
        )
        lit = with_lit_sides(head, raster, unseen).rgb
    x, y, _, chart = np.moveaxis(mean, 2, 0)
    jaw = (chart > 0) & (np.abs(x) > 6.2) & (y < -3.5) & (y > -6)
    assert jaw.sum() > 500
    # Skin, however steep: none of the rim's white light, which has no red.
    assert (lit[jaw][:, 0] - lit[jaw][:, 2]).min() > 0.08
    assert lit[jaw].max() <= max(OMOTE.skin.tone) + 0.02
    hair = (chart > 0) & (np.abs(x) > 6.5) & (y > 2.5) & (y < 5)
    assert hair.sum() > 500
    assert np.abs(lit[hair].mean(0) - OMOTE.hair.curtain).max() < 0.05
    assert lit[hair].std(0).min() > 0.008
    np.testing.assert_array_equal(lit[(chart > 0) & (np.abs(x) < 3) & (y > -4)], 0.5)
