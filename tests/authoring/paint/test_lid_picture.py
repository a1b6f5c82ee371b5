from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.paint.atlas import ATLAS_PX, FaceAtlas, atlas_pixels
from authoring.paint.lid_picture import LIDS_PX, lid_picture
from authoring.paint.raster import Raster
from face.head_model import load_head_model
from face.lid_places import lid_places

MODEL = load_head_model()
NO_CLOSING = (np.zeros((2, 1), np.int32), np.zeros((2, 1, 3), np.float32))
SKIN = np.array([0.8, 0.6, 0.5], np.float32)
HALF = LIDS_PX // 2


@pytest.fixture(scope="module")
def raster() -> Iterator[Raster]:
    with Raster() as opened:
        yield opened


def painted(raster: Raster, rgb: np.ndarray) -> np.ndarray:
    one = np.ones((ATLAS_PX, ATLAS_PX), np.float32)
    return lid_picture(raster, MODEL, MODEL.vertices, FaceAtlas(rgb, one, one), NO_CLOSING)


def plain() -> np.ndarray:
    return np.tile(SKIN, (ATLAS_PX, ATLAS_PX, 1))


def on_lids() -> list[tuple[slice, slice]]:
    """Windows of the picture in the middle of each upper lid, well above the lashes."""
    places = lid_places(MODEL, MODEL.vertices, *NO_CLOSING) * LIDS_PX
    found = []
    for lids in MODEL.lids:
        x, y = places[lids.lower].mean(0).astype(int)
        found.append((slice(y - 55, y - 25), slice(x - 40, x + 41)))
    return found


def test_lids_have_the_skin_beside_them_and_not_what_lies_on_them(raster: Raster) -> None:
    rgb = plain()
    for lids in MODEL.lids:
        edge = atlas_pixels(MODEL)[np.concatenate([lids.upper, lids.lower])]
        low, high = edge.min(0).astype(int) - 8, edge.max(0).astype(int) + 8
        rgb[low[1] : high[1], low[0] : high[0]] = (0.05, 0.05, 0.3)  # eyeball and lashes
    picture = painted(raster, rgb)
    for window in on_lids():
        assert picture[window][..., 3].min() > 0.95
        # dark where it is round, but skin
        assert np.abs(picture[window][..., :3] / SKIN - 1).max() < 0.2


def test_a_lid_in_a_dark_socket_is_nearer_to_the_fair_skin_around_it(raster: Raster) -> None:
    """A lid bulges out of the shadow that lies around it."""
    rgb = plain()
    for lids in MODEL.lids:
        edge = atlas_pixels(MODEL)[np.concatenate([lids.upper, lids.lower])]
        reach = 0.6 * np.ptp(edge[:, 0])
        low, high = (edge.min(0) - reach).astype(int), (edge.max(0) + reach).astype(int)
        rgb[low[1] : high[1], low[0] : high[0]] = 0.6 * SKIN
    picture = painted(raster, rgb)
    for window in on_lids():
        share = picture[window][..., :3].mean() / SKIN.mean()
        assert 0.75 < share < 0.95


def test_each_lid_has_the_light_of_its_own_side(raster: Raster) -> None:
    rgb = plain()
    middle = atlas_pixels(MODEL)[:, 0][np.concatenate([lids.upper for lids in MODEL.lids])].mean()
    left = atlas_pixels(MODEL)[MODEL.lids[0].upper, 0].mean() > middle  # side of the texture
    dark = slice(int(middle), None) if left else slice(None, int(middle))
    rgb[:, dark] *= 0.5
    picture = painted(raster, rgb)
    shaded, lit = (picture[window][..., :3].mean() for window in on_lids())
    assert shaded == pytest.approx(0.5 * lit, rel=0.1)


def test_a_lid_is_round_and_lashes_lie_where_lids_meet(raster: Raster) -> None:
    picture = painted(raster, plain())
    places = lid_places(MODEL, MODEL.vertices, *NO_CLOSING) * LIDS_PX
    for window, lids in zip(on_lids(), MODEL.lids, strict=True):
        luma = picture[window][..., :3].mean(2)
        assert luma[:5].mean() > 1.02 * luma[-5:].mean()
        x, y = places[lids.lower].mean(0).astype(int)
        column = picture[y - 40 : y + 40, x, :3].mean(1)
        darkest = int(column.argmin()) - 40
        assert -12 < darkest < 12
        assert column.min() < 0.7 * SKIN.mean()
        assert (column < 0.8 * SKIN.mean()).sum() < 14  # of 256 across the eye


def test_white_of_an_eye_that_is_larger_than_the_fitted_one_is_covered(raster: Raster) -> None:
    """A drawn eye shows white below the fitted lower lid; skin as bright is left alone."""
    places = lid_places(MODEL, MODEL.vertices, *NO_CLOSING) * LIDS_PX
    texels = atlas_pixels(MODEL)
    face = np.unique(MODEL.triangles["face"])
    patches = []
    white = plain()
    for lids in MODEL.lids:
        # skin a little below the middle of the lower lid
        x, y = places[lids.lower].mean(0)
        y += 40
        away = np.hypot(*(places - (x, y)).T)
        at = face[away[face] < 24]
        assert len(at)
        low, high = texels[at].min(0).astype(int) - 6, texels[at].max(0).astype(int) + 7
        white[low[1] : high[1], low[0] : high[0]] = 0.85
        x, y = places[at].mean(0).astype(int)
        patches.append((slice(y - 2, y + 3), slice(x - 2, x + 3)))
    for window in patches:
        picture = painted(raster, white)[window]
        assert picture[..., 3].mean() > 0.98
        assert painted(raster, plain())[window][..., 3].mean() < 0.9
        assert np.abs(picture[..., :3] / SKIN - 1).max() < 0.25


def test_a_grey_portrait_has_grey_lids(raster: Raster) -> None:
    rgb = np.full((ATLAS_PX, ATLAS_PX, 3), 0.5, np.float32)
    picture = painted(raster, rgb)
    for window in on_lids():
        assert np.ptp(picture[window][..., :3], axis=2).max() < 0.03


def test_nothing_is_painted_far_from_the_eyes_and_at_the_borders_of_the_halves(raster: Raster) -> None:
    alpha = painted(raster, plain())[..., 3]
    for rows in (slice(0, HALF), slice(HALF, LIDS_PX)):
        half = alpha[rows]
        assert max(half[0].max(), half[-1].max(), half[:, 0].max(), half[:, -1].max()) == 0
    assert 0.1 < (alpha > 0.5).mean() < 0.5


def test_an_eye_that_the_portrait_does_not_show_has_the_textures_skin(raster: Raster) -> None:
    """Of a head in profile the far side of the texture is made up, and seen nowhere."""
    one = np.ones((ATLAS_PX, ATLAS_PX), np.float32)
    nowhere = FaceAtlas(plain(), one, np.zeros_like(one))
    picture = lid_picture(raster, MODEL, MODEL.vertices, nowhere, NO_CLOSING)
    for window in on_lids():
        assert np.abs(picture[window][..., :3] / SKIN - 1).max() < 0.2
