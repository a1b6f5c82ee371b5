from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.paint.mouth import PARTED_PX, lip_colours, mouth_colours, mouth_opening, own_mouth
from authoring.paint.raster import Raster
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX, Canvas
from tests.authoring.paint.test_head_limits import front  # noqa: F401 (a fixture)

SKIN, LIPS, WHITE = (0.85, 0.66, 0.56), (0.75, 0.4, 0.4), (0.9, 0.88, 0.86)
SOCKET, GUMS, TONGUE, TEETH, SHADOW = range(5)


def colours(
    skin: tuple[float, ...] = SKIN, lips: tuple[float, ...] = LIPS, white: tuple[float, ...] = WHITE
) -> np.ndarray:
    """The mouth of a portrait whose skin has some light and shade."""
    light = np.linspace(0.55, 1.1, EXTENDED_PX, dtype=np.float32)[:, None, None]
    rgb = np.clip(light * np.array(skin, np.float32) * np.ones((1, EXTENDED_PX, 1), np.float32), 0, 1)
    canvas = Canvas(rgb, np.ones(rgb.shape[:2], np.float32), None)
    sclera = np.ones((8, 8, 4), np.float32)
    sclera[..., :3] = white
    return mouth_colours(
        canvas, np.ones(rgb.shape[:2], np.float32), np.tile(np.float32(lips), (9, 1)), sclera
    )


def luma(colour: np.ndarray) -> float:
    return float(colour @ (0.3, 0.59, 0.11))


def test_a_usual_mouth_is_red_inside_and_its_teeth_are_nearly_white() -> None:
    made = colours()
    for row in (SOCKET, GUMS, TONGUE):
        assert made[row, 0] > 1.2 * made[row, 1:].max()
    assert np.ptp(made[TEETH]) < 0.15
    assert luma(made[TEETH]) > luma(made[TONGUE]) > luma(made[SOCKET]) > luma(made[SHADOW])


def test_a_black_and_white_portrait_stays_black_and_white() -> None:
    made = colours((0.6, 0.6, 0.6), (0.4, 0.4, 0.4), (0.8, 0.8, 0.8))
    assert np.ptp(made, axis=1).max() < 0.01


def test_teeth_have_the_colour_of_the_light() -> None:
    golden = colours(skin=(0.8, 0.62, 0.3), white=(0.8, 0.7, 0.4))[TEETH]
    assert golden[2] < 0.8 * golden[:2].min()
    blue = colours(skin=(0.55, 0.5, 0.6))[TEETH]
    assert blue[2] > blue[0]


def test_pale_skin_is_no_cold_light() -> None:
    """Cream and rosy skin has as little red as skin under a blue sky: teeth stay as warm as under a lamp."""
    for pale in ((0.95, 0.86, 0.78), (0.93, 0.83, 0.81), (0.9, 0.82, 0.72)):
        teeth = colours(skin=pale)[TEETH]
        assert teeth[0] > 1.02 * teeth[1]
        assert teeth[1] > 1.02 * teeth[2]


def test_teeth_are_as_bright_as_lit_skin_or_the_eyes() -> None:
    dark = colours(skin=(0.4, 0.28, 0.2), lips=(0.35, 0.2, 0.2), white=(0.7, 0.68, 0.66))
    assert 0.6 < luma(dark[TEETH]) < 0.75
    dim = colours(skin=(0.3, 0.2, 0.15), lips=(0.2, 0.1, 0.1), white=(0.3, 0.29, 0.28))
    assert luma(dim[TEETH]) < 0.35


def test_lips_are_asked_where_they_lie(front) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    from face.head_model import load_head_model

    model = load_head_model()
    edge = np.concatenate([model.lips.upper, model.lips.lower])
    place = front.to_picture(front.to_rest(model.vertices[edge]))
    rgb = np.zeros((EXTENDED_PX, EXTENDED_PX, 3), np.float32)
    low, high = (
        (end * 1024 + EXTENDED_PX / 2).astype(int) for end in (place.min(0) - 0.02, place.max(0) + 0.02)
    )
    rgb[low[1] : high[1], low[0] : high[0]] = (1, 0, 0)
    canvas = Canvas(rgb, np.ones(rgb.shape[:2], np.float32), None)
    found = lip_colours(model, front, model.vertices, canvas)
    assert len(found) > 20
    assert (found[:, 0] > 0.5).mean() > 0.95


def test_the_portraits_own_mouth_is_cut_out_between_parted_lips() -> None:
    rng = np.random.default_rng(4)
    rgb = rng.random((EXTENDED_PX, EXTENDED_PX, 3)).astype(np.float32)
    canvas = Canvas(rgb, np.ones(rgb.shape[:2], np.float32), None)
    opening = np.zeros(rgb.shape[:2], np.float32)
    assert own_mouth(canvas, opening) is None
    opening[800:804, 600:680] = 1
    assert PARTED_PX > 4
    assert own_mouth(canvas, opening) is None
    opening[800:830, 600:680] = 1
    made = own_mouth(canvas, opening)
    assert made is not None
    picture, (left, top, side) = made
    # a pixel of the picture has the colour of its place in the portrait
    pixel = (np.array([130, 120]) + 0.5) / len(picture) * side * CANVAS_PX
    at = pixel + np.array([left, top]) * CANVAS_PX + EXTENDED_PX / 2
    x, y = (at - 0.5).astype(int)
    near = rgb[y : y + 2, x : x + 2].reshape(-1, 3)
    assert (picture[120, 130, :3] >= near.min(0) - 0.01).all()
    assert (picture[120, 130, :3] <= near.max(0) + 0.01).all()
    assert picture[120, 130, 3] == 1
    assert picture[0, :, 3].max() == 0
    covered = float((picture[..., 3] > 0.5).sum()) * (side * CANVAS_PX / len(picture)) ** 2
    assert covered == pytest.approx(30 * 80, rel=0.2)


def test_an_open_jaw_shows_the_mouth_and_shut_lids_none(front) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    from face.head_model import load_head_model
    from protocol.blendshapes import INDEX

    model = load_head_model()
    with Raster() as raster:
        seen = [
            float(
                mouth_opening(
                    raster, model, front, model.vertices + share * model.expression[INDEX["jawOpen"]]
                ).sum()
            )
            for share in (0.0, 0.5, 1.0)
        ]
    assert seen[0] < 0.1 * seen[1]
    assert seen[1] < seen[2]
