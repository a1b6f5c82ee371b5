from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.builtin.design import OMOTE
from authoring.builtin.designs import TEO
from authoring.builtin.head import build_head
from authoring.builtin.light import srgb_to_linear
from authoring.builtin.skin import MARKS, eye_colour, iris_colour, sclera_colour, skin_colour

ZERO, ONE = np.zeros(1, np.float32), np.ones(1, np.float32)
SKIN_TONE = srgb_to_linear(OMOTE.skin.tone)
FRONT = np.float32([[0, 0, 1]])
PLACE = np.float32([[2.0, 8.0, 8.0]])  # the forehead


def skin(shade: np.ndarray = ONE, shadow: np.ndarray = ZERO, **marks: np.ndarray) -> np.ndarray:
    return skin_colour(OMOTE, FRONT, PLACE, shade, shadow, dict.fromkeys(MARKS, ZERO) | marks)[0]


def test_lit_skin_keeps_its_hue_and_shadow_darkens_it() -> None:
    assert skin() == pytest.approx(SKIN_TONE * skin().mean() / SKIN_TONE.mean(), rel=0.35)
    assert (skin(shade=0.3 * ONE) < skin()).all()
    assert (skin(shadow=ONE) < skin()).all()


def test_lashes_cover_the_skin_and_lips_redden_it() -> None:
    assert skin(lashes=ONE).max() < 0.03
    red = skin(lips=ONE)
    assert red[0] / red[1] > skin()[0] / skin()[1]


def test_an_iris_has_a_dark_pupil_a_rim_and_nothing_beyond() -> None:
    below = np.float32([0.0, -0.2, -0.6, -0.98, -1.2])
    light, opacity = iris_colour(OMOTE.eyes, 0 * below, below)
    assert light.shape == (5, 3)
    assert light[1].max() < 0.05  # pupil
    assert light[2, 0] > light[2, 2] + 0.1  # amber
    assert light[3].max() < light[2].max()  # dark rim
    assert opacity.tolist() == pytest.approx([1, 1, 1, 0.85, 0], abs=0.15)


def test_the_lid_shades_the_white_above() -> None:
    white = sclera_colour(
        OMOTE.eyes, np.zeros(2, np.float32), np.float32([0.5, -0.3]), np.ones(2, np.float32)
    )
    assert white[0].max() < white[1].min()


def test_both_eyes_have_their_iris_in_front() -> None:
    head = build_head()
    for side in (0, 1):
        up = np.float32([0, 0.75 * OMOTE.head.iris_sine, -0.75 * OMOTE.head.iris_sine])
        away = np.stack([0 * up, up, np.sqrt(1 - up**2)], 1)
        light = eye_colour(
            head, head.eye_centres[side] + head.eye_radius * away, np.full(3, side, np.float32)
        )
        assert light.shape == (3, 3)
        assert light[0].max() < 0.2
        assert light[2].mean() > light[1].mean()  # amber glows below


def test_a_beard_is_on_chin_and_jaw_and_on_nothing_else() -> None:
    names = ("chin", "jaw", "cheek", "forehead", "throat")
    places = np.float32([[0, -8, 9], [5.5, -6, 5], [4, 0, 8], [2, 8, 8], [0, -12, 4]])
    none, one = np.zeros(len(places), np.float32), np.ones(len(places), np.float32)

    def drawn(beard: float) -> np.ndarray:
        design = replace(TEO, skin=replace(TEO.skin, beard=beard))
        normals = np.repeat(FRONT, len(places), 0)
        return skin_colour(design, normals, places, one, none, dict.fromkeys(MARKS, none)).mean(1)

    darker = drawn(0.0) - drawn(1.0)
    assert {name for name, much in zip(names, darker, strict=True) if much > 0.02} == {"chin", "jaw"}
