from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("cv2")

import cv2

from authoring.fit.head_fit import FOCAL, HeadFit
from authoring.paint.atlas import ATLAS_PX, BAND_PX, atlas_pixels, beyond_edge, paint_face
from authoring.paint.raster import Raster
from authoring.paint.visibility import eye_opening
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


def disc(radius: float, soft: float) -> np.ndarray:
    """(E, E) float32, 1 within `radius` of the middle, falling to 0 over `soft` pixels."""
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX].astype(np.float32)
    away = np.hypot(columns - EXTENDED_PX / 2, rows - EXTENDED_PX / 2)
    return np.clip((radius - away) / soft + 0.5, 0, 1).astype(np.float32)


def test_a_jaw_narrower_than_the_fitted_one_is_an_edge_and_soft_shade_is_none() -> None:
    fitted = 200.0
    inside = cv2.distanceTransform((disc(fitted, 1) > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    band = (inside > 4) & (inside < 0.6 * BAND_PX)

    def beyond(radius: float, soft: float) -> np.ndarray:
        light = 0.4 + 0.6 * disc(radius, soft)[..., None]
        return beyond_edge((SKIN * light).astype(np.float32), inside.astype(np.float32))

    narrow = beyond(fitted - 18, 4)
    assert narrow[band].min() > 0.8
    assert narrow[inside > 2 * BAND_PX].max() < 0.01
    assert beyond(fitted, 4)[band].max() < 0.1  # where it is expected
    assert beyond(fitted - 30, 120)[band].max() < 0.1  # a cheek in the shade


def test_hair_inside_the_fitted_jaw_is_not_painted_on_the_cheek(raster: Raster) -> None:
    """The portrait's skin ends 20 pixels inside the fitted outline; below the temples, dark hair begins there."""
    rest = FIT.to_rest(MODEL.vertices)
    face = raster.draw(extended(rest), rest[:, 2:3], MODEL.triangles["face"], EXTENDED_PX)[..., 1] > 0
    distance = cv2.distanceTransform(face.astype(np.uint8), cv2.DIST_L2, 5)
    rgb = np.where((distance > 20)[..., None], SKIN, np.float32([0.35, 0.2, 0.2])).astype(np.float32)
    one = np.ones((EXTENDED_PX, EXTENDED_PX), np.float32)
    openings = [eye_opening(raster, MODEL, FIT, MODEL.vertices, side) for side in (0, 1)]
    atlas = paint_face(raster, MODEL, FIT, MODEL.vertices, Canvas(rgb, one, None), one, openings)
    cheek = atlas.rgb[int(0.55 * ATLAS_PX) : int(0.68 * ATLAS_PX)]
    shown = atlas.alpha[int(0.55 * ATLAS_PX) : int(0.68 * ATLAS_PX)] > 0.5
    dark = (np.abs(cheek - SKIN).max(2) > 0.2)[:, : ATLAS_PX // 4] & shown[:, : ATLAS_PX // 4]
    assert dark.mean() < 0.02
    # The head may turn as far as it could: continued skin is no guess.
    left = (slice(int(0.55 * ATLAS_PX), int(0.68 * ATLAS_PX)), slice(0, ATLAS_PX // 4))
    assert atlas.known[left].mean() > atlas.seen[left].mean() + 0.05
    assert (atlas.known >= atlas.seen).all()


def extended(rest: np.ndarray) -> np.ndarray:
    return extended_pixels(FIT.to_picture(rest))
