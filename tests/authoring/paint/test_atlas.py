from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.fit.head_fit import FOCAL, HeadFit
from authoring.paint.atlas import ATLAS_PX, atlas_pixels, eye_opening, paint_face, sample
from authoring.paint.raster import Raster
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels
from face.head_model import load_head_model

MODEL = load_head_model()
FIT = HeadFit(
    identity=np.zeros(60, np.float32),
    expression=np.zeros(52, np.float32),
    rotation=np.eye(3, dtype=np.float32),
    translation=np.array([0, 0, -100], np.float32),
    focal=FOCAL,
    rms_px=0.0,
)


@pytest.fixture(scope="module")
def raster() -> Iterator[Raster]:
    with Raster() as made:
        yield made


def test_half_integers_are_the_pixels_own_values() -> None:
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    rows, columns = np.mgrid[0:3, 0:4].astype(np.float32) + np.float32(0.5)
    assert (sample(picture, np.stack([columns, rows], -1)) == picture).all()
    between = np.array([[[2.0, 0.5]]], np.float32)
    assert sample(picture, between)[0, 0] == pytest.approx((picture[0, 1] + picture[0, 2]) / 2)


def test_the_first_row_of_the_atlas_is_the_top() -> None:
    places = atlas_pixels(MODEL)
    face = np.unique(MODEL.triangles["face"])
    assert 0 <= places[face].min() <= places[face].max() <= ATLAS_PX
    lips = np.concatenate([MODEL.lips.upper, MODEL.lips.lower])
    lids = np.concatenate([lid.upper for lid in MODEL.lids])
    assert places[lids, 1].max() < places[lips, 1].min()


@pytest.mark.parametrize("side", [0, 1])
def test_an_open_eye_shows_its_ball_and_a_shut_one_hardly_any(raster: Raster, side: int) -> None:
    opening = eye_opening(raster, MODEL, FIT, MODEL.vertices, side)
    assert opening.shape == (EXTENDED_PX, EXTENDED_PX)
    centre = extended_pixels(FIT.to_picture(FIT.to_rest(MODEL.eye_centre(MODEL.vertices, side)[None])))[0]
    assert opening[round(centre[1]), round(centre[0])] == 1
    assert (centre[0] > EXTENDED_PX / 2) == (side == 0)  # the subject's left is on the right
    from protocol.blendshapes import INDEX

    shut = MODEL.vertices + MODEL.expression[INDEX["eyeBlinkLeft" if side == 0 else "eyeBlinkRight"]]
    assert eye_opening(raster, MODEL, FIT, shut, side).sum() < 0.2 * opening.sum()


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
