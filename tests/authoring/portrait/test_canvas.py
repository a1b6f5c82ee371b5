from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.errors import PortraitError
from authoring.portrait.canvas import (
    CANVAS_PX,
    EXTENDED_PX,
    FACE_SHARE,
    FACE_SHARES,
    Cut,
    check_cut,
    choose_cut,
    draw_canvas,
    extended_pixels,
    picture_coordinates,
    sample,
)
from authoring.portrait.portrait import Portrait


def face(left: float, top: float, height: float) -> np.ndarray:
    width = height * 0.8
    return np.array(
        [(left, top), (left + width, top), (left, top + height), (left + width, top + height)], np.float32
    )


def test_a_face_takes_its_share_of_the_cut() -> None:
    cut = choose_cut(face(460, 400, 100), 1000, 1000)
    assert cut.side == pytest.approx(100 / FACE_SHARE)
    assert cut.left <= 460
    assert cut.top <= 400
    assert pytest.approx(cut.left + cut.side / 2) == 500


@pytest.mark.parametrize("place", [(0, 0), (900, 0), (0, 880), (920, 900)])
def test_a_cut_stays_in_a_picture_that_is_large_enough(place: tuple[int, int]) -> None:
    cut = choose_cut(face(*place, 100), 1000, 1000)
    assert 0 <= cut.left <= 1000 - cut.side
    assert 0 <= cut.top <= 1000 - cut.side


def test_a_tighter_cut_is_preferred_to_an_invented_border() -> None:
    cut = choose_cut(face(200, 150, 300), 600, 640)
    assert cut.side == 600
    assert cut.left == 0


def test_a_face_that_fills_the_picture_gets_a_margin() -> None:
    cut = choose_cut(face(10, 0, 300), 300, 300)
    assert cut.side > 300
    assert cut.left < 0


def checkered(width: int, height: int) -> Portrait:
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return Portrait(np.stack([x * 255 / width, y * 255 / height, 0 * x + 40], -1).astype(np.uint8), None)


@pytest.mark.parametrize("side", [300.0, 700.0, 2000.0])
def test_a_point_of_the_portrait_lies_where_the_cut_says(side: float) -> None:
    portrait = checkered(2000, 2000)
    cut = Cut(0, 0, side) if side == 2000 else Cut(640.5, 500.25, side)
    canvas = draw_canvas(portrait, cut)
    assert canvas.rgb.shape == (EXTENDED_PX, EXTENDED_PX, 3)
    margin = (EXTENDED_PX - CANVAS_PX) / 2
    for share in (0.1, 0.5, 0.83):
        point = np.array([[cut.left + share * side, cut.top + share * side]], np.float32)
        at = cut.to_canvas(point)[0] + margin - 0.5
        drawn = canvas.rgb[round(at[1]), round(at[0])]
        assert drawn[:2] * 2000 == pytest.approx(point[0], abs=16)  # 8-bit steps of 7.8 pixels


def test_the_outside_is_continued_and_marked_unknown() -> None:
    canvas = draw_canvas(checkered(400, 400), Cut(-100, -100, 600))
    known = canvas.known > 0
    edge = round((0 + 100) / 600 * CANVAS_PX + (EXTENDED_PX - CANVAS_PX) / 2)
    assert not known[: edge - 2].any()
    assert known[edge + 2, EXTENDED_PX // 2]
    assert np.isfinite(canvas.rgb).all()
    assert 0 <= canvas.rgb.min() <= canvas.rgb.max() <= 1
    just_out = canvas.rgb[edge - 3, EXTENDED_PX // 2]
    just_in = canvas.rgb[edge + 3, EXTENDED_PX // 2]
    assert np.abs(just_out - just_in).max() < 0.08


def test_scaling_down_has_no_aliasing() -> None:
    """Stripes finer than a canvas pixel become their average, not a pattern."""
    stripes = np.zeros((4000, 4000, 3), np.uint8)
    stripes[:, ::2] = 200
    canvas = draw_canvas(Portrait(stripes, None), Cut(500, 500, 3000))
    assert canvas.rgb.std() < 0.06


def test_alpha_is_cut_too() -> None:
    portrait = checkered(500, 500)
    alpha = np.zeros((500, 500), np.uint8)
    alpha[:, 250:] = 255
    canvas = draw_canvas(Portrait(portrait.rgb, alpha), Cut(0, 0, 500))
    assert canvas.alpha is not None
    assert canvas.alpha[600, 300] == 0
    assert canvas.alpha[600, 1000] == 1


def test_no_background_gets_into_the_outline() -> None:
    """A red disc cut out of white, scaled up: half-clear pixels are red as well."""
    rows, columns = np.mgrid[0:200, 0:200]
    inside = np.hypot(rows - 100, columns - 100) < 60
    rgb = np.full((200, 200, 3), 255, np.uint8)
    rgb[inside] = (200, 0, 0)
    canvas = draw_canvas(Portrait(rgb, inside.astype(np.uint8) * 255), Cut(0, 0, 200))
    assert canvas.alpha is not None
    edge = (canvas.alpha > 0.1) & (canvas.alpha < 0.9)
    assert edge.sum() > 1000
    assert np.abs(canvas.rgb[edge] - (200 / 255, 0, 0)).max() < 0.02


def test_half_integers_are_the_pixels_own_values() -> None:
    picture = np.arange(12, dtype=np.float32).reshape(3, 4)
    rows, columns = np.mgrid[0:3, 0:4].astype(np.float32) + np.float32(0.5)
    assert (sample(picture, np.stack([columns, rows], -1)) == picture).all()
    between = np.array([[[2.0, 0.5]]], np.float32)
    assert sample(picture, between)[0, 0] == pytest.approx((picture[0, 1] + picture[0, 2]) / 2)


def test_canvas_pixels_and_picture_coordinates_are_inverse() -> None:
    picture = np.float32([[0, 0], [-0.5, -0.5], [0.5, 0.5]])
    margin = (EXTENDED_PX - CANVAS_PX) / 2
    expected = np.float32([[EXTENDED_PX / 2] * 2, [margin] * 2, [margin + CANVAS_PX] * 2])
    assert extended_pixels(picture) == pytest.approx(expected)
    assert picture_coordinates(expected) == pytest.approx(picture)


@pytest.mark.parametrize("share", [*FACE_SHARES, FACE_SHARE])
def test_a_cut_may_be_as_near_and_as_wide_as_is_said(share: float) -> None:
    side = 100 / share
    check_cut(Cut(460 - 0.1 * side, 400 - 0.1 * side, side), face(460, 400, 100))


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        (Cut(470, 380, 300), "must hold the whole face"),
        (Cut(300, 300, 199), "must hold the whole face"),
        (Cut(455, 395, 110), "enlarge the crop"),
        (Cut(100, 100, 800), "shrink the crop"),
        (Cut(float("nan"), 0, 300), "no square"),
        (Cut(0, 0, -300), "no square"),
    ],
)
def test_a_cut_without_the_face_is_refused_with_what_to_do(cut: Cut, words: str) -> None:
    with pytest.raises(PortraitError, match=words):
        check_cut(cut, face(460, 400, 100))
