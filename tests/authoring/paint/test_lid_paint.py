from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.paint.atlas import ATLAS_PX, FaceAtlas, atlas_pixels
from authoring.paint.lid_paint import SHADE, lid_paint
from face.head_model import load_head_model

MODEL = load_head_model()
NO_CLOSING = (np.zeros((2, 1), np.int32), np.zeros((2, 1, 3), np.float32))
SKIN = (0.8, 0.6, 0.5)


def atlas() -> FaceAtlas:
    """Plain skin, with something blue and dark on and around the eyes."""
    rgb = np.tile(np.array(SKIN, np.float32), (ATLAS_PX, ATLAS_PX, 1))
    for lids in MODEL.lids:
        middle = atlas_pixels(MODEL)[np.concatenate([lids.upper, lids.lower])].mean(0).astype(int)
        rgb[middle[1] - 45 : middle[1] + 15, middle[0] - 60 : middle[0] + 60] = (0.05, 0.05, 0.2)
    one = np.ones((ATLAS_PX, ATLAS_PX), np.float32)
    return FaceAtlas(rgb, one, one)


def test_lids_get_the_skin_around_the_eye_and_not_what_lies_on_them() -> None:
    paint = lid_paint(MODEL, MODEL.vertices, atlas(), NO_CLOSING)
    whole = paint[:, 3] > 0.95
    for lids in MODEL.lids:
        near = np.linalg.norm(MODEL.vertices - MODEL.vertices[lids.upper].mean(0), axis=1) < 1.2
        assert (whole & near).sum() > 10
    bright = paint[whole][paint[whole, :3].sum(1) > np.median(paint[whole, :3].sum(1))]
    # the rest is the lashes' colour, what turns away, and the border, which takes a share of what lies beside it
    assert np.abs(bright[:, :3] / (np.array(SKIN) * SHADE) - 1).max() < 0.35
    assert (bright[:, 0] > bright[:, 2]).all()


@pytest.mark.parametrize(("shown", "wanted"), [(0.0, 0.25), (0.4, 0.4), (0.9, 0.6)])
def test_lashes_are_as_dark_as_the_portrait_shows_them_within_what_lashes_can_be(
    shown: float, wanted: float
) -> None:
    """Shares of the lid's brightness; a lid that the portrait shows bare still has a line where it ends."""
    plain = atlas()
    rgb = np.tile(np.array(SKIN, np.float32), (ATLAS_PX, ATLAS_PX, 1))
    places = atlas_pixels(MODEL)
    lid = float(
        lid_paint(MODEL, MODEL.vertices, FaceAtlas(rgb, plain.seen, plain.seen), NO_CLOSING)[:, 0].max()
    )
    for lids in MODEL.lids:
        for x, y in places[lids.upper].astype(int):
            rgb[y - 12 : y + 13, x - 12 : x + 13] = np.array(SKIN) * max(shown, 0.02)
    paint = lid_paint(MODEL, MODEL.vertices, FaceAtlas(rgb, plain.seen, plain.seen), NO_CLOSING)
    for lids in MODEL.lids:
        assert paint[lids.upper, 0].mean() / lid == pytest.approx(wanted, rel=0.25)


def test_only_the_face_around_the_eyes_is_painted() -> None:
    paint = lid_paint(MODEL, MODEL.vertices, atlas(), NO_CLOSING)
    edges = np.concatenate([np.concatenate([lids.upper, lids.lower]) for lids in MODEL.lids])
    painted = np.flatnonzero(paint[:, 3] > 0)
    assert np.isin(painted, np.unique(MODEL.triangles["face"])).all()
    away = np.linalg.norm(MODEL.vertices[painted][:, None] - MODEL.vertices[edges][None], axis=2).min(1)
    assert away.max() < 2.5
    assert paint.shape == (*MODEL.vertices.shape[:1], 4)
    assert paint.min() >= 0
    assert paint.max() <= 1


def test_a_drawings_lids_are_left_as_they_are() -> None:
    assert not lid_paint(MODEL, MODEL.vertices, atlas(), NO_CLOSING, is_drawn=True).any()
