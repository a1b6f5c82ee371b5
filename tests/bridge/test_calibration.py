from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.calibration import (
    CalibrationProfile,
    calibrated_expression,
    calibrated_gaze,
    learned_rest,
    load_profile,
)
from bridge.errors import CalibrationError
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


def test_rest_is_a_median_so_that_a_blink_leaves_no_trace(profile: CalibrationProfile) -> None:
    samples = np.tile(coefficients(eyeSquintLeft=0.4), (9, 1))
    samples[3:6, INDEX["eyeBlinkLeft"]] = 0.9
    rest = learned_rest(samples, profile)
    assert rest[INDEX["eyeSquintLeft"]] == pytest.approx(0.4)
    assert rest[INDEX["eyeBlinkLeft"]] == 0.0


def test_expression_held_from_the_start_is_not_taken_for_rest(profile: CalibrationProfile) -> None:
    smiling = np.tile(coefficients(mouthSmileLeft=0.9, jawOpen=0.6), (5, 1))
    rest = learned_rest(smiling, profile)
    value = calibrated_expression(smiling[0], rest, profile)
    assert value[INDEX["mouthSmileLeft"]] > 0.8
    assert value[INDEX["jawOpen"]] > 0.6


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
    assert calibrated_gaze(coefficients(**looks), np.zeros(52), profile) == pytest.approx(expected)


def test_gaze_returns_to_the_middle_behind_closed_lids(profile: CalibrationProfile) -> None:
    shut = coefficients(eyeLookDownLeft=0.8, eyeLookDownRight=0.8, eyeBlinkLeft=0.75, eyeBlinkRight=0.75)
    assert calibrated_gaze(shut, np.zeros(52), profile) == pytest.approx((0.0, 0.0))


def test_own_profile_changes_only_what_it_names(tmp_path: Path, profile: CalibrationProfile) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        "[expression]\njawOpen = { full = 0.5 }\nmouthSmile = { swap = true }\n[pose]\npitch = -1.0\n"
    )
    mine = load_profile(file)
    changed = np.flatnonzero(mine.full != profile.full)
    assert changed.tolist() == [INDEX["jawOpen"]]
    assert mine.pose_gain.tolist() == [1.0, -1.0, 1.0, 1.0, 1.0, 1.0]
    value = calibrated_expression(coefficients(mouthSmileLeft=0.95), mine.rest, mine)
    assert value[INDEX["mouthSmileRight"]] == pytest.approx(1.0)
    assert value[INDEX["mouthSmileLeft"]] == 0.0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[expression]\njawOpne = { full = 0.5 }\n", "jawOpne"),
        ("[expression]\njawOpen = { gain = 0.5 }\n", "expression.jawOpen.gain"),
        ("[expression]\njawOpen = { full = 0.01 }\n", "jawOpen"),
        ("[pose]\nyaw = 'left'\n", "pose.yaw"),
        ("[pose]\nyaw = nan\n", "pose.yaw"),
        ("[sound]\nvolume = 1\n", "sound"),
        ("expression = 3\n", "expression"),
        ("[[[", "cannot be read"),
    ],
)
def test_bad_profile_names_what_is_wrong(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(CalibrationError, match=named):
        load_profile(file)


def test_missing_profile_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"mine\.toml"):
        load_profile(tmp_path / "mine.toml")
