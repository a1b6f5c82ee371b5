"""The pictures around a face: no colour of the background in them, and no gap beside the neck."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.fit.head_fit import FOCAL, HeadFit
from authoring.fit.proportions import FaceProportions
from authoring.paint.atlas import FaceAtlas
from authoring.paint.raster import Raster
from authoring.paint.surroundings import is_skin, neck_sides, paint_back, paint_sheet, rasterise_face
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels
from authoring.portrait.parsing import Parsed
from face.head_model import load_head_model
from vision.portrait_parts import INPUT_PX, PORTRAIT_PART, PORTRAIT_PARTS

SKIN, HAIR, BEHIND = (0.6, 0.4, 0.3), (0.1, 0.05, 0.0), (1.0, 1.0, 1.0)
MIDDLE = EXTENDED_PX // 2
HALF_FACE, HALF_NECK, CHIN = 150, 130, 800


def person(*, long_hair: bool) -> tuple[Canvas, np.ndarray, np.ndarray, np.ndarray]:
    """Canvas, matte, face and heights of a face above a wide bare neck, cut out of white."""
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX].astype(np.float32)
    x = np.abs(columns - MIDDLE)
    face = (np.hypot(x / HALF_FACE, (rows - 600) / 200) < 1).astype(np.float32)
    neck = (x < HALF_NECK) & (rows > 600)
    hair = (np.hypot(x / 210, (rows - 560) / 260) < 1) & (face == 0) & (rows < 600)
    if long_hair:
        hair |= (x < 210) & (rows > 560) & (rows < 860) & (face == 0) & ~neck
    rgb = np.full((EXTENDED_PX, EXTENDED_PX, 3), BEHIND, np.float32)
    matte = (face > 0) | neck | hair
    rgb[matte] = SKIN
    rgb[hair] = HAIR
    height = np.where(face > 0, (600 - rows) / 20, 0).astype(np.float32)
    known = np.ones(rgb.shape[:2], np.float32)
    return Canvas(rgb, known, matte.astype(np.float32)), matte.astype(np.float32), face, height


PROPORTIONS = FaceProportions(chin=-10.0, height=20.0, mouth=-4.0)


def test_a_wide_bare_neck_is_found_whole_and_hair_beside_it_is_not() -> None:
    canvas, matte, face, _ = person(long_hair=True)
    left, right, row = neck_sides(canvas.rgb, matte, face)
    assert row >= CHIN - 5
    assert left == pytest.approx(MIDDLE - HALF_NECK, abs=2)
    assert right == pytest.approx(MIDDLE + HALF_NECK, abs=2)


def test_no_gap_opens_beside_the_neck() -> None:
    canvas, matte, face, height = person(long_hair=False)
    sheet = paint_sheet(canvas, matte, face, height, PROPORTIONS)
    beside = sheet[700:CHIN, MIDDLE - HALF_NECK + 3 : MIDDLE + HALF_NECK - 3]
    assert beside[..., 3].min() > 0.97


def test_the_chin_has_a_soft_shadow_that_begins_below_it() -> None:
    canvas, matte, face, height = person(long_hair=False)
    sheet = paint_sheet(canvas, matte, face, height, PROPORTIONS)
    down = sheet[CHIN - 20 : CHIN + 60, MIDDLE, :3].mean(1) / np.mean(SKIN)
    assert down[-1] == pytest.approx(1, abs=0.01)
    assert 0.7 < down[0] < down[20] < 0.96
    assert np.abs(np.diff(down)).max() < 0.03  # no edge where the jaw is


@pytest.mark.parametrize(
    ("colour", "can_be"),
    [
        ((0.6, 0.4, 0.3), True),
        ((0.48, 0.32, 0.24), True),  # in the shade
        ((0.1, 0.6, 0.2), False),
        ((0.95, 0.95, 0.95), False),
        ((0.5, 0.5, 0.5), False),
    ],
)
def test_skin_is_told_from_a_collar(colour: tuple[float, float, float], can_be: bool) -> None:
    skin = np.array(SKIN, np.float32)
    assert is_skin(np.array([colour], np.float32), skin).tolist() == [can_be]


def test_a_face_that_was_cut_out_without_its_neck_has_none() -> None:
    canvas, _, face, height = person(long_hair=False)
    alone = Canvas(canvas.rgb, canvas.known, face)
    for painted in (
        paint_sheet(alone, face, face, height, PROPORTIONS),
        paint_back(alone, face, face, height, PROPORTIONS),
    ):
        assert np.isfinite(painted).all()
        assert painted[720:, :, 3].max() < 0.02


def test_no_background_colour_gets_into_the_sheet() -> None:
    canvas, matte, face, height = person(long_hair=True)
    sheet = paint_sheet(canvas, matte, face, height, PROPORTIONS)
    assert sheet[sheet[..., 3] > 0.02][:, :3].max() < 0.7


@pytest.mark.parametrize("long_hair", [True, False])
def test_only_long_hair_continues_behind_the_jaw(long_hair: bool) -> None:
    canvas, matte, face, height = person(long_hair=long_hair)
    back = paint_back(canvas, matte, face, height, PROPORTIONS)
    behind_the_jaw = back[680:690, MIDDLE - 141 : MIDDLE - 134]
    assert (behind_the_jaw[..., 3].min() > 0.9) == long_hair
    if long_hair:
        assert np.abs(behind_the_jaw[..., :3] - HAIR).max() < 0.2
    else:
        assert behind_the_jaw[..., 3].max() < 0.1


def test_ears_and_a_scarf_beside_the_neck_do_not_turn_behind_the_head() -> None:
    canvas, matte, face, height = person(long_hair=True)
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX]
    ear = (np.hypot((columns - MIDDLE + 225) / 40, (rows - 600) / 60) < 1) & (matte == 0)
    scarf = (np.abs(columns - MIDDLE - 180) < 30) & (rows > 700) & (rows < 860)
    for part, colour in ((ear, SKIN), (scarf, (0.9, 0.1, 0.1))):
        matte[part] = 1
        canvas.rgb[part] = colour
    hair = np.abs(canvas.rgb - np.array(HAIR, np.float32)).max(2) < 0.01
    shares = np.zeros((len(PORTRAIT_PARTS), INPUT_PX, INPUT_PX), np.float32)
    for name, part in (("hair", hair), ("ears", ear), ("clothes", scarf)):
        places = (np.arange(INPUT_PX) + 0.5) * EXTENDED_PX / INPUT_PX
        shares[PORTRAIT_PART[name]] = part[np.ix_(places.astype(int), places.astype(int))]
    parsed = Parsed(shares, shares.sum(0))
    back = paint_back(canvas, matte, face, height, PROPORTIONS, parsed=parsed)
    guessed = paint_back(canvas, matte, face, height, PROPORTIONS)
    at_ear, at_scarf, at_hair = (
        (slice(590, 610), slice(MIDDLE - 262, MIDDLE - 254)),
        (slice(760, 800), MIDDLE + 180),
        (slice(380, 420), MIDDLE),
    )
    assert back[at_ear][..., 3].mean() < 0.5 < 0.9 < guessed[at_ear][..., 3].min()
    assert back[at_scarf][..., 3].max() < 0.1 < 0.9 < guessed[at_scarf][..., 3].min()
    assert back[at_hair][..., 3].min() > 0.9


def test_the_back_of_a_high_forehead_has_the_colour_of_the_hair() -> None:
    """Skin is nearer to the middle of the head than hair is, and must not be continued behind it."""
    canvas, matte, face, height = person(long_hair=False)
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX]
    forehead = (np.hypot((columns - MIDDLE) / 170, (rows - 560) / 210) < 1) & (rows < 600) & (face == 0)
    canvas.rgb[forehead] = SKIN
    hair = np.abs(canvas.rgb - np.array(HAIR, np.float32)).max(2) < 0.01
    places = ((np.arange(INPUT_PX) + 0.5) * EXTENDED_PX / INPUT_PX).astype(int)
    shares = np.zeros((len(PORTRAIT_PARTS), INPUT_PX, INPUT_PX), np.float32)
    shares[PORTRAIT_PART["hair"]] = hair[np.ix_(places, places)]
    shares[PORTRAIT_PART["skin"]] = (forehead | (face > 0))[np.ix_(places, places)]
    back = paint_back(canvas, matte, face, height, PROPORTIONS, parsed=Parsed(shares, shares.sum(0)))
    assert np.abs(back[450:600, MIDDLE, :3] - 0.88 * np.array(HAIR, np.float32)).max() < 0.08


def test_eyes_and_mouth_are_as_high_as_the_skin_around_them() -> None:
    model = load_head_model()
    fit = HeadFit(
        identity=np.zeros(60, np.float32),
        expression=np.zeros(52, np.float32),
        rotation=np.eye(3, dtype=np.float32),
        translation=np.array([0, 0, -100], np.float32),
        focal=FOCAL,
        rms_px=0.0,
    )
    one = np.ones((64, 64), np.float32)
    whole = FaceAtlas(np.ones((64, 64, 3), np.float32), one, one)
    with Raster() as raster:
        alpha, _, height = rasterise_face(raster, model, fit, model.vertices, whole)
    eye = model.eye_centre(model.vertices, 0)
    column, row = extended_pixels(fit.to_picture(fit.to_rest(eye[None])))[0].astype(int)
    assert alpha[row, column] == 1
    assert height[row, column] == pytest.approx(eye[1], abs=0.8)
