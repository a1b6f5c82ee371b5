from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("cv2")

import cv2

from authoring.paint.atlas import ATLAS_PX, atlas_pixels, paint_face
from authoring.paint.raster import Raster
from authoring.paint.visibility import eye_opening
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels
from face.head_model import load_head_model
from tests.authoring.front_fit import FIT

MODEL = load_head_model()


@pytest.fixture(scope="module")
def raster() -> Iterator[Raster]:
    with Raster() as made:
        yield made


def test_the_first_row_of_the_atlas_is_the_top() -> None:
    places = atlas_pixels(MODEL)
    face = np.unique(MODEL.triangles["face"])
    assert 0 <= places[face].min() <= places[face].max() <= ATLAS_PX
    lips = np.concatenate([MODEL.lips.upper, MODEL.lips.lower])
    lids = np.concatenate([lid.upper for lid in MODEL.lids])
    assert places[lids, 1].max() < places[lips, 1].min()


def test_a_plain_portrait_gives_a_plain_texture_with_a_soft_border(raster: Raster) -> None:
    colour = np.float32([0.7, 0.5, 0.4])
    rgb = np.broadcast_to(colour, (EXTENDED_PX, EXTENDED_PX, 3)).copy()
    known = np.ones((EXTENDED_PX, EXTENDED_PX), np.float32)
    openings = [eye_opening(raster, MODEL, FIT, MODEL.vertices, side) for side in (0, 1)]
    atlas = paint_face(raster, MODEL, FIT, MODEL.vertices, Canvas(rgb, known, None), known, openings)
    assert atlas.rgb.shape == (ATLAS_PX, ATLAS_PX, 3)
    seen = atlas.seen > 0.95
    assert seen.mean() > 0.1
    # All but lashes and the dark of nostrils and mouth.
    assert np.quantile(np.abs(atlas.rgb[seen] - colour).max(1), 0.95) < 0.02
    assert atlas.alpha[0].max() == 0
    assert atlas.alpha[ATLAS_PX // 2, ATLAS_PX // 2] == 1


SKIN = np.float32([0.8, 0.6, 0.5])
#: Rows of the atlas beside the mouth, and columns of its left rim.
CHEEK = (slice(int(0.52 * ATLAS_PX), int(0.66 * ATLAS_PX)), slice(0, ATLAS_PX // 4))


def with_a_dark_rim(raster: Raster, wide_px: float) -> Canvas:
    """A portrait whose skin ends so many pixels inside of the fitted outline, where dark hair begins, softly."""
    rest = FIT.to_rest(MODEL.vertices)
    places = extended_pixels(FIT.to_picture(rest))
    face = raster.draw(places, rest[:, 2:3], MODEL.triangles["face"], EXTENDED_PX)[..., 1] > 0
    away = cv2.distanceTransform(
        cv2.morphologyEx(face.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((61, 61))), cv2.DIST_L2, 5
    )
    share = np.clip((away - wide_px) / 6 + 0.5, 0, 1)[..., None]
    speckles = np.random.default_rng(1).normal(0, 0.02, (EXTENDED_PX, EXTENDED_PX, 1))
    rgb = (SKIN + speckles) * share + np.float32([0.25, 0.15, 0.15]) * (1 - share)
    return Canvas(rgb.astype(np.float32), np.ones((EXTENDED_PX, EXTENDED_PX), np.float32), None)


def test_hair_and_its_soft_edge_beside_the_jaw_are_not_painted_on_the_cheek(raster: Raster) -> None:
    openings = [eye_opening(raster, MODEL, FIT, MODEL.vertices, side) for side in (0, 1)]
    canvas = with_a_dark_rim(raster, 9)
    atlas = paint_face(raster, MODEL, FIT, MODEL.vertices, canvas, canvas.known, openings)
    cheek, shown = atlas.rgb[CHEEK], atlas.alpha[CHEEK] > 0.5
    assert np.abs(cheek.mean(2) - SKIN.mean())[shown].max() < 0.15
    # What was continued is no smoother than skin: it has half of the grain at least.
    fine = cheek.mean(2) - cv2.GaussianBlur(cheek.mean(2), (0, 0), 6)
    rim = shown & (np.arange(ATLAS_PX // 4) < ATLAS_PX // 8)
    assert fine[rim].std() > 0.5 * fine[shown & ~rim].std()


def test_what_lies_beyond_the_chart_has_the_colours_beside_it(raster: Raster) -> None:
    """A texture is sampled across the border of an eye's opening: a dark texel there is a dotted line on the eye."""
    one = np.ones((EXTENDED_PX, EXTENDED_PX), np.float32)
    rgb = np.broadcast_to(SKIN, (EXTENDED_PX, EXTENDED_PX, 3)).copy()
    openings = [eye_opening(raster, MODEL, FIT, MODEL.vertices, side) for side in (0, 1)]
    atlas = paint_face(raster, MODEL, FIT, MODEL.vertices, Canvas(rgb, one, None), one, openings)
    for lids in MODEL.lids:
        opening = np.zeros((ATLAS_PX, ATLAS_PX), np.uint8)
        outline = atlas_pixels(MODEL)[np.concatenate([lids.upper, lids.lower[::-1]])]
        cv2.fillPoly(opening, [np.round(outline).astype(np.int32)], 1)
        around = cv2.dilate(opening, np.ones((5, 5), np.uint8)) > 0
        assert np.abs(atlas.rgb[around] - SKIN).max() < 0.1
