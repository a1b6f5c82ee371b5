from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from bridge.expressions.landmark_expression import NEUTRAL, LandmarkExpression, NeutralMeasures, measure
from protocol.blendshapes import BLENDSHAPES, INDEX
from tests.bridge.desktop_encoders import face_points

SURE = np.full(68, 0.9)


def read(
    reader: LandmarkExpression, time_s: float, confidence: float = 0.9, **face: float
) -> dict[str, float]:
    points = np.array(face_points(**face))  # type: ignore[arg-type]
    expression, _ = reader(points, np.full(68, confidence), time_s)
    return {name: float(expression[i]) for i, name in enumerate(BLENDSHAPES)}


def at_rest(**face: float) -> LandmarkExpression:
    """A reader that has seen a plain face for a second."""
    reader = LandmarkExpression()
    for i in range(31):
        read(reader, i / 30, **face)
    return reader


def test_a_raised_brow_that_is_not_seen_any_more_is_held_for_two_seconds_and_then_returns() -> None:
    reader = at_rest()
    raised = read(reader, 1.1, brow=0.68)["browInnerUp"]
    assert raised > 0.9
    held = [read(reader, 1.1 + i / 30, 0.1, brow=0.68)["browInnerUp"] for i in range(1, 60)]
    assert min(held) > 0.85
    after = [read(reader, 3.1 + i / 30, 0.1, brow=0.68)["browInnerUp"] for i in range(1, 91)]
    assert after[-1] < 0.05
    # without a jerk
    assert max(abs(a - b) for a, b in pairwise(after)) < 0.15


def test_measures_do_not_depend_on_size_and_position() -> None:
    points = np.array(face_points(gap=0.2, width=0.66))
    plain = measure(points)
    moved = measure(points * 137.0 + (300.0, -20.0))
    assert plain is not None
    assert moved == pytest.approx(plain)
    assert plain.gap == pytest.approx(0.2)
    assert plain.width == pytest.approx(0.66)
    assert plain.eye_left == pytest.approx(0.48)


def test_a_face_at_rest_has_no_expression() -> None:
    values = read(at_rest(), 1.1)
    known = {name: value for name, value in values.items() if not math.isnan(value)}
    assert max(known.values()) < 0.02
    assert "jawOpen" in known
    assert "tongueOut" not in known


@pytest.mark.parametrize("width", [0.56, 0.60])
def test_another_persons_mouth_has_another_neutral(width: float) -> None:
    values = read(at_rest(width=width), 1.1, width=width)
    assert values["mouthSmileLeft"] < 0.02
    assert values["mouthPucker"] < 0.02


def test_a_smile_in_the_first_second_is_still_a_smile() -> None:
    values = read(at_rest(width=0.73, corner_rise=0.1), 1.1, width=0.73, corner_rise=0.1)
    assert values["mouthSmileLeft"] > 0.4
    assert values["mouthSmileRight"] > 0.4


@pytest.mark.parametrize(
    ("face", "shape", "least"),
    [
        ({"gap": 0.4}, "jawOpen", 0.3),
        ({"width": 0.73, "corner_rise": 0.08}, "mouthSmileRight", 0.6),
        ({"corner_rise": -0.12}, "mouthFrownLeft", 0.5),
        ({"width": 0.50}, "mouthPucker", 0.9),
        ({"width": 0.50, "gap": 0.4}, "mouthFunnel", 0.9),
        ({"eyes": 0.15}, "eyeBlinkLeft", 0.9),
        ({"eyes": 0.70}, "eyeWideRight", 0.9),
        ({"brow": 0.68}, "browInnerUp", 0.9),
        ({"brow": 0.68}, "browOuterUpLeft", 0.9),
        ({"brow": 0.42}, "browDownRight", 0.8),
        ({"pupil": (0.0, 0.06)}, "eyeBlinkRight", 0.9),  # found on the lashes of shut lids
    ],
)
def test_movements_of_the_landmarks_become_their_coefficients(
    face: dict[str, float], shape: str, least: float
) -> None:
    assert read(at_rest(), 1.1, **face)[shape] > least


def test_gaze_is_the_angle_of_average_eyeballs() -> None:
    reader = at_rest()
    # 5 mm of 29 to the subject's left on a ball of 12 mm
    _, gaze = reader(np.array(face_points(pupil=(5 / 29, -0.043))), SURE, 1.1)
    assert gaze["yaw"] == pytest.approx(math.asin(5 / 12), abs=0.02)
    assert gaze["pitch"] == pytest.approx(0.0, abs=0.02)
    _, up = reader(np.array(face_points(pupil=(0.0, -0.103))), SURE, 1.2)
    assert up["pitch"] == pytest.approx(math.asin(0.06 * 50 / 12), abs=0.02)


def test_brows_of_low_confidence_keep_their_last_value() -> None:
    reader = at_rest()
    assert read(reader, 1.1, confidence=0.6, brow=0.3)["browDownLeft"] < 0.02
    assert read(reader, 1.2, confidence=0.8, brow=0.4)["browDownLeft"] > 0.5


def test_neutral_follows_slowly_and_within_its_range() -> None:
    neutral = NeutralMeasures()
    start = np.array(NEUTRAL)
    for i in range(31):
        neutral(start, i / 30)
    wide = start.copy()
    wide[8] = 0.75
    after_second = [neutral(wide, 1.0 + i / 30) for i in range(31)][-1]
    assert after_second[8] == pytest.approx(start[8], abs=0.002)
    after_minutes = [neutral(wide, 2.0 + i * 0.1) for i in range(3000)][-1]
    assert after_minutes[8] == pytest.approx(start[8] + 0.035)


finite = st.floats(-1e9, 1e9, width=32)


@given(
    arrays(np.float64, (68, 2), elements=finite),
    arrays(np.float64, 68, elements=st.floats(0, 1)),
    st.lists(st.floats(0, 4e9), min_size=1, max_size=3),
)
def test_coefficients_stay_in_0_to_1_for_any_landmarks(
    points: NDArray[np.float64], confidence: NDArray[np.float64], times: list[float]
) -> None:
    reader = LandmarkExpression()
    for time_s in times:
        expression, gaze = reader(points, confidence, time_s)
        known = expression[~np.isnan(expression)]
        assert known.size >= 20
        assert known.min() >= 0.0
        assert known.max() <= 1.0
        assert all(math.isfinite(value) for value in gaze.values())
    assert np.isnan(expression[INDEX["tongueOut"]])
