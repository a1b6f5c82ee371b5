from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.calibrated import (
    PORTRAIT_HEIGHT_M,
    calibrated_expression,
    calibrated_gaze,
    calibrated_pose,
    gaze_from_looks,
)
from bridge.calibration import CalibrationProfile, load_profile
from protocol.blendshapes import INDEX


@pytest.fixture(scope="module")
def profile() -> CalibrationProfile:
    return load_profile()


def coefficients(**values: float) -> np.ndarray:
    array = np.zeros(52)
    for name, value in values.items():
        array[INDEX[name]] = value
    return array


def test_rest_becomes_zero_and_full_becomes_one(profile: CalibrationProfile) -> None:
    rest = profile.rest
    assert calibrated_expression(rest, rest, profile) == pytest.approx(np.zeros(52))
    full = profile.full.copy()
    for side in ("Left", "Right"):
        full[INDEX[f"eyeLookDown{side}"]] = 0.0
    there = calibrated_expression(full, rest, profile)
    assert np.delete(there, [INDEX["eyeLookDownLeft"], INDEX["eyeLookDownRight"]]) == pytest.approx(
        np.ones(50)
    )


def test_calibration_round_trip_between_rest_and_full(profile: CalibrationProfile) -> None:
    wanted = np.random.default_rng(7).uniform(0.0, 1.0, 52)
    wanted[[INDEX["eyeLookDownLeft"], INDEX["eyeLookDownRight"]]] = 0.0
    reported = profile.rest + wanted * (profile.full - profile.rest)
    assert calibrated_expression(reported, profile.rest, profile) == pytest.approx(wanted)


def test_values_below_rest_and_above_full_stay_in_range(profile: CalibrationProfile) -> None:
    assert calibrated_expression(np.full(52, -1.0), profile.rest, profile).min() == 0.0
    assert calibrated_expression(np.full(52, 9.0), profile.rest, profile).max() == 1.0


def test_lids_that_follow_the_eyes_down_open_but_closed_ones_stay_closed(profile: CalibrationProfile) -> None:
    half = coefficients(eyeBlinkLeft=0.35, eyeBlinkRight=0.35)
    down = half + coefficients(eyeLookDownLeft=0.7, eyeLookDownRight=0.7)
    shut = coefficients(eyeBlinkLeft=0.75, eyeLookDownLeft=0.8)
    left = INDEX["eyeBlinkLeft"]
    assert (
        calibrated_expression(down, profile.rest, profile)[left]
        < 0.75 * (calibrated_expression(half, profile.rest, profile)[left])
    )
    assert calibrated_expression(shut, profile.rest, profile)[left] == 1.0


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ({"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}, (0.60, 0.0)),  # to the subject's left
        ({"eyeLookInLeft": 1.0, "eyeLookOutRight": 1.0}, (-0.60, 0.0)),
        ({"eyeLookUpLeft": 1.0, "eyeLookUpRight": 1.0}, (0.0, 0.50)),
        ({"eyeLookDownLeft": 1.0, "eyeLookDownRight": 1.0}, (0.0, -0.30)),
        ({"eyeLookInLeft": 1.0, "eyeLookInRight": 1.0}, (0.0, 0.0)),  # a squint turns neither way
    ],
)
def test_gaze_direction(
    profile: CalibrationProfile, looks: dict[str, float], expected: tuple[float, float]
) -> None:
    assert gaze_from_looks(coefficients(**looks), np.zeros(52), profile).tolist() == pytest.approx(expected)


def test_gaze_returns_to_the_middle_behind_closed_lids(profile: CalibrationProfile) -> None:
    shut = coefficients(eyeLookDownLeft=0.8, eyeLookDownRight=0.8, eyeBlinkLeft=0.75, eyeBlinkRight=0.75)
    assert gaze_from_looks(shut, np.zeros(52), profile).tolist() == pytest.approx((0.0, 0.0))


def test_what_is_not_reported_stays_unknown_and_spoils_nothing_else(profile: CalibrationProfile) -> None:
    raw = coefficients(jawOpen=0.85, eyeBlinkLeft=0.7)
    raw[[INDEX["eyeLookDownLeft"], INDEX["eyeBlinkRight"], INDEX["tongueOut"]]] = np.nan
    value = calibrated_expression(raw, profile.rest, profile)
    unknown = {INDEX["eyeLookDownLeft"], INDEX["eyeBlinkRight"], INDEX["tongueOut"]}
    assert set(np.flatnonzero(np.isnan(value))) == unknown
    assert value[INDEX["jawOpen"]] == pytest.approx(1.0)
    assert value[INDEX["eyeBlinkLeft"]] == pytest.approx(1.0)


def test_gaze_is_unknown_only_when_no_eye_look_is_reported(profile: CalibrationProfile) -> None:
    nothing = np.full(52, np.nan)
    assert np.isnan(gaze_from_looks(nothing, np.zeros(52), profile)).all()
    nothing[INDEX["eyeLookOutLeft"]] = 1.0
    assert gaze_from_looks(nothing, np.zeros(52), profile).tolist() == pytest.approx([0.30, 0.0])


def test_place_is_relative_to_rest_in_portrait_heights(profile: CalibrationProfile) -> None:
    rest = np.array([0.0, 0.0, 0.0, 0.1, 0.2, -0.5])
    value = calibrated_pose(rest + np.array([0.1, 0.2, 0.3, 0.08, -0.04, 0.45]), rest, profile)
    assert value.tolist() == pytest.approx(
        [0.1, 0.2, 0.3, 0.08 / PORTRAIT_HEIGHT_M, -0.04 / PORTRAIT_HEIGHT_M, 1.0]
    )


def test_reported_gaze_counts_from_rest_and_may_turn_its_sign(profile: CalibrationProfile) -> None:
    turned = replace(profile, gaze_factor=np.array([1.0, -1.0]))
    assert calibrated_gaze(np.array([0.3, 0.2]), np.array([0.1, 0.1]), turned).tolist() == pytest.approx(
        [0.2, -0.1]
    )
