from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.paint.atlas import ATLAS_PX, atlas_pixels, paint_face
from authoring.paint.raster import Raster
from authoring.paint.visibility import eye_opening
from authoring.portrait.canvas import EXTENDED_PX, Canvas
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
