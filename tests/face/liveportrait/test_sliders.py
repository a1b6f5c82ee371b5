"""The first guess has the sliders' signs: lids go down in a blink, the jaw opens downwards, eyes turn to their side."""

from __future__ import annotations

import numpy as np
import pytest

from face.liveportrait.portrait_face import DRIVEN, KEYPOINTS
from face.liveportrait.sliders import HIGHEST, LOWEST, eye_points, first_guess

NO_SLIDER = ("cheekPuff", "noseSneerLeft", "tongueOut", "jawForward", "mouthRollUpper", "mouthPressRight")


def keypoints(*, is_first_left: bool = True) -> np.ndarray:
    made = np.zeros((KEYPOINTS, 3), np.float32)
    made[11, 0], made[15, 0] = (0.3, -0.3) if is_first_left else (-0.3, 0.3)
    return made


def test_the_subjects_left_eye_is_at_the_right_of_the_picture() -> None:
    assert eye_points(keypoints()) == ((11, 13), (15, 16))
    assert eye_points(keypoints(is_first_left=False)) == ((15, 16), (11, 13))


@pytest.mark.parametrize("is_first_left", [True, False])
def test_a_blink_moves_its_own_lid_down(is_first_left: bool) -> None:
    places = keypoints(is_first_left=is_first_left)
    made = first_guess(places)
    for name, side in (("eyeBlinkLeft", 0), ("eyeBlinkRight", 1)):
        own, other = eye_points(places)[side][0], eye_points(places)[1 - side][0]
        assert made[DRIVEN.index(name), own, 1] == pytest.approx(0.016)
        assert made[DRIVEN.index(name), other, 1] == 0.0


def test_signs() -> None:
    made = first_guess(keypoints())
    y_down = made[DRIVEN.index("jawOpen"), 19, 1]
    assert y_down == pytest.approx(0.075)  # the templates' widest: 0.074
    assert made[DRIVEN.index("mouthClose"), 19, 1] == pytest.approx(-y_down)
    assert made[DRIVEN.index("gazeLeft"), 11, 0] > 0 > made[DRIVEN.index("gazeRight"), 11, 0]
    assert made[DRIVEN.index("gazeUp"), 15, 1] < 0 < made[DRIVEN.index("gazeDown"), 15, 1]


def test_what_no_slider_does_is_zero_and_all_else_is_in_range() -> None:
    made = first_guess(keypoints())
    for name in NO_SLIDER:
        assert not made[DRIVEN.index(name)].any(), name
    others = [
        number for number, name in enumerate(DRIVEN) if name != "mouthClose"
    ]  # against an open jaw only
    assert made[others].min() >= LOWEST
    assert made.max() <= HIGHEST
    moving = np.flatnonzero(np.abs(made).max((1, 2)))
    assert len(moving) == 37
