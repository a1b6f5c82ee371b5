"""Calibration finds what a reader was made to see, says how well, and leaves the rest to the first guess."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from authoring.liveportrait.calibration import (
    LEAST_R2,
    Calibration,
    calibrate,
    find_anchor,
    fit,
    set_driven,
    turned_motions,
)
from authoring.liveportrait.portrait_reader import SeenFace
from face.liveportrait.control import coefficients
from face.liveportrait.portrait_face import DRIVEN, FULL_GAZE, KEYPOINTS
from face.motion import Motion
from tests.face.liveportrait.faces import ANCHOR, CAMERA, CROP, in_crop, motion, portrait

RANDOM = np.random.RandomState(7)
TRUTH = 0.02 * RANDOM.standard_normal((len(DRIVEN), KEYPOINTS, 3)).astype(np.float32)
UNSEEN, ERRATIC = DRIVEN.index("cheekPuff"), DRIVEN.index("tongueOut")
TRUTH[UNSEEN] = 0.0


def seen(expression: np.ndarray, translation: tuple[float, ...] = (0.0, 0.0, 0.0)) -> SeenFace:
    zeros = np.zeros((KEYPOINTS, 3), np.float32)
    return SeenFace(
        zeros, expression, np.zeros(3, np.float32), np.array(translation, np.float32), np.ones(1, np.float32)
    )


def read(values: Any) -> SeenFace:
    """A reader that sees coefficients: linear, but for one that jumps back at its end."""
    weights = np.array(values, np.float32)
    if weights[ERRATIC] > 0.6:
        weights[ERRATIC] = -0.2
    return seen(np.tensordot(weights, TRUTH, 1) + 0.3)


def draw(shown: Motion) -> Any:
    return coefficients(shown.expression, shown.gaze, out=np.zeros(len(DRIVEN), np.float32))


@pytest.fixture(scope="module")
def found() -> Calibration:
    shares: list[float] = []
    made = calibrate(draw, read, shares.append)
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    return made


def test_linear_coefficients_are_found_exactly(found: Calibration) -> None:
    for number, name in enumerate(DRIVEN):
        if number not in (UNSEEN, ERRATIC) and not name.startswith("eyeLook"):
            np.testing.assert_allclose(found.deltas[number], TRUTH[number], atol=1e-6)
            assert found.r2[number] > 0.9999


def test_shapes_of_looking_follow_the_gaze_and_are_not_measured(found: Calibration) -> None:
    assert not found.deltas[DRIVEN.index("eyeLookUpLeft")].any()


def test_what_is_not_seen_or_erratic_stays_with_the_first_guess(found: Calibration) -> None:
    assert found.r2[UNSEEN] == 0.0
    assert found.r2[ERRATIC] < LEAST_R2
    guess = np.full_like(found.deltas, 0.5)
    made = found.over(guess)
    assert (made[[UNSEEN, ERRATIC]] == 0.5).all()
    assert (made[DRIVEN.index("jawOpen")] != 0.5).all()


def test_r2_by_hand() -> None:
    """Responses 1 and 1 at a half and one: the best line through zero is 1.2, which explains 90 %."""
    delta, r2 = fit(np.array([0.5, 1.0], np.float32), np.ones((2, 1, 1), np.float32))
    assert delta == pytest.approx(1.2)
    assert r2 == pytest.approx(0.9)


def test_gaze_is_driven_by_its_direction() -> None:
    made = Motion.neutral()
    set_driven(made, "gazeDown", 0.5)
    set_driven(made, "gazeLeft", 1.0)
    assert made.gaze.tolist() == pytest.approx([FULL_GAZE, -0.5 * FULL_GAZE])


def test_the_anchor_is_found_by_how_the_picture_moves() -> None:
    place = in_crop(CAMERA.project(CAMERA.seen(ANCHOR[None], motion())))[0]
    turned = [
        (one, in_crop(CAMERA.project(CAMERA.seen(ANCHOR[None], one)))[0])
        for one in turned_motions(portrait())
    ]
    made = find_anchor(CAMERA, portrait(), place, CROP, turned)
    step = 0.25 / 60 * -CAMERA.pivot_rest[2]  # of the depths that are tried
    assert np.linalg.norm(made - ANCHOR) < 0.6 * step
    without = find_anchor(CAMERA, portrait(), place, CROP, [])
    seen_at = in_crop(CAMERA.project(CAMERA.seen(without[None], motion())))[0]
    np.testing.assert_allclose(seen_at, place, atol=1e-4)  # on the same ray
