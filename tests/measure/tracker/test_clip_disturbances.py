from __future__ import annotations

import numpy as np
import pytest

from measure.tracker.clip_disturbances import HANDS_FROM_S, KINDS, covered_part, disturbed, uncovered
from protocol.blendshapes import INDEX
from vision.tracker_outputs import SEEN

LIPS, LEFT_EYE, RIGHT_EYE = (110, 140), (140, 80), (80, 80)  # x, y


def face() -> tuple[np.ndarray, np.ndarray]:
    """A smooth picture with some grain, and landmarks of a face 130 pixels wide in it."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:220, :220]
    picture = (90 + 0.3 * x[..., None] + 0.2 * y[..., None] + random.normal(0, 3, (220, 220, 3))).astype(
        np.uint8
    )
    points = np.full((478, 2), 110.0)
    places = {
        234: (45, 100), 454: (175, 100), 10: (110, 20), 152: (110, 190), 61: (90, 140), 291: (130, 140), 0: (110, 134),
        17: (110, 146), 33: (65, 80), 133: (95, 80), 159: (80, 76), 145: (80, 84), 362: (125, 80), 263: (155, 80),
        386: (140, 76), 374: (140, 84), 50: (75, 110), 101: (85, 115), 36: (80, 120), 205: (78, 125),
    }  # fmt: skip
    for number, place in places.items():
        points[number] = place
    return picture, points


def changed(kind: str, time_s: float = 2.0) -> np.ndarray:
    """(220, 220) by how much a picture is changed."""
    picture, points = face()
    ((_, found),) = disturbed([(time_s, picture)], {0: points}, kind)
    assert found.shape == picture.shape
    assert found.dtype == np.uint8
    return np.abs(found.astype(float) - picture).mean(-1)


def at(values: np.ndarray, place: tuple[int, int]) -> float:
    x, y = place
    return float(values[y - 6 : y + 7, x - 6 : x + 7].mean())


def test_a_hand_hides_what_it_is_said_to_hide() -> None:
    mouth, eye = changed("hand on the mouth"), changed("hand on the left eye")
    assert at(mouth, LIPS) > 5.0
    assert at(mouth, RIGHT_EYE) == at(mouth, LEFT_EYE) == 0.0
    assert at(eye, LEFT_EYE) > 5.0
    assert at(eye, RIGHT_EYE) == 0.0
    assert SEEN[covered_part("hand on the mouth") or 0] == "mouth"
    assert SEEN[covered_part("hand on the left eye") or 0] == "left eye"


def test_hands_come_after_the_first_second_and_the_rest_from_the_beginning() -> None:
    for kind in KINDS:
        assert (changed(kind, HANDS_FROM_S - 0.1).max() == 0.0) == kind.startswith("hand"), kind
        assert changed(kind).max() > 0.0, kind


def test_what_is_hidden_is_not_judged() -> None:
    mouth, eye = uncovered("hand on the mouth"), uncovered("hand on the left eye")
    assert INDEX["jawOpen"] not in mouth
    assert INDEX["eyeBlinkLeft"] in mouth
    assert INDEX["eyeBlinkLeft"] not in eye
    assert INDEX["eyeBlinkRight"] in eye
    assert INDEX["mouthSmileLeft"] in eye
    assert len(uncovered("dark")) == 44


def test_darkness_is_dark_and_noisy_and_blur_is_smooth() -> None:
    picture, points = face()
    found = {kind: next(disturbed([(2.0, picture)], {0: points}, kind))[1].astype(float) for kind in KINDS}
    grain = {kind: float(np.abs(np.diff(one, axis=1)).mean()) for kind, one in found.items()}
    plain = float(np.abs(np.diff(picture.astype(float), axis=1)).mean())
    assert found["dark"].mean() < 0.75 * picture.mean()
    assert grain["dark"] > plain
    assert grain["out of focus"] < 0.5 * plain
    assert grain["compressed"] < plain


def test_a_picture_without_landmarks_has_those_before_it() -> None:
    picture, points = face()
    found = list(disturbed([(2.0, picture), (2.1, picture)], {0: points}, "glasses"))
    assert (found[0][1] == found[1][1]).all()
    unknown = list(disturbed([(2.0, picture)], {}, "glasses"))
    assert (unknown[0][1] == picture).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_picture_is_disturbed_alike(kind: str) -> None:
    assert (changed(kind) == changed(kind)).all()
