from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.calibration.calibrator import PORTRAIT_HEIGHT_M, Calibrator
from bridge.calibration.profile import CalibrationProfile, load_profile
from bridge.calibration.rest import Rest
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored

STILL = np.zeros(6)
AHEAD = np.zeros(2)


@pytest.fixture(scope="module")
def profile() -> CalibrationProfile:
    return load_profile()


def coefficients(**values: float) -> np.ndarray:
    array = np.zeros(52)
    for name, value in values.items():
        array[INDEX[name]] = value
    return array


def calibrated_expression(raw: np.ndarray, rest: np.ndarray, profile: CalibrationProfile) -> np.ndarray:
    return Calibrator(profile, Rest(rest, STILL, AHEAD)).expression(raw)


def gaze_from_looks(raw: np.ndarray, rest: np.ndarray, profile: CalibrationProfile) -> dict[str, float]:
    return Calibrator(profile, Rest(rest, STILL, AHEAD)).gaze({}, raw)


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
    assert tuple(gaze_from_looks(coefficients(**looks), np.zeros(52), profile).values()) == pytest.approx(
        expected
    )


def test_gaze_returns_to_the_middle_behind_closed_lids(profile: CalibrationProfile) -> None:
    shut = coefficients(eyeLookDownLeft=0.8, eyeLookDownRight=0.8, eyeBlinkLeft=0.75, eyeBlinkRight=0.75)
    assert tuple(gaze_from_looks(shut, np.zeros(52), profile).values()) == pytest.approx((0.0, 0.0))


def test_unreported_values_stay_unknown_and_affect_nothing_else(profile: CalibrationProfile) -> None:
    raw = coefficients(jawOpen=0.85, eyeBlinkLeft=0.7)
    raw[[INDEX["eyeLookDownLeft"], INDEX["eyeBlinkRight"], INDEX["tongueOut"]]] = np.nan
    value = calibrated_expression(raw, profile.rest, profile)
    unknown = {INDEX["eyeLookDownLeft"], INDEX["eyeBlinkRight"], INDEX["tongueOut"]}
    assert set(np.flatnonzero(np.isnan(value))) == unknown
    assert value[INDEX["jawOpen"]] == pytest.approx(1.0)
    assert value[INDEX["eyeBlinkLeft"]] == pytest.approx(1.0)


def test_gaze_is_unknown_only_when_no_eye_look_is_reported(profile: CalibrationProfile) -> None:
    nothing = np.full(52, np.nan)
    assert gaze_from_looks(nothing, np.zeros(52), profile) == {}
    nothing[INDEX["eyeLookOutLeft"]] = 1.0
    looking = gaze_from_looks(nothing, np.zeros(52), profile)
    assert looking == pytest.approx({"yaw": 0.30, "pitch": 0.0})


def test_place_is_relative_to_rest_in_portrait_heights(profile: CalibrationProfile) -> None:
    rest = Rest(profile.rest, np.array([0.0, 0.0, 0.0, 0.1, 0.2, -0.5]), AHEAD)
    raw = {"yaw": 0.1, "pitch": 0.2, "roll": 0.3, "x": 0.18, "y": 0.16, "z": -0.05}
    assert Calibrator(profile, rest).pose(raw) == pytest.approx(
        {
            "yaw": 0.1,
            "pitch": 0.2,
            "roll": 0.3,
            "x": 0.08 / PORTRAIT_HEIGHT_M,  # to the subject's left
            "y": -0.04 / PORTRAIT_HEIGHT_M,  # down
            "z": 1.0,  # towards the camera
        }
    )


def test_axes_that_are_not_reported_or_have_no_rest_are_left_out(profile: CalibrationProfile) -> None:
    rest = Rest(profile.rest, np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.nan]), AHEAD)
    raw = {"yaw": 0.1, "pitch": float("nan"), "z": 0.3}
    assert Calibrator(profile, rest).pose(raw) == {"yaw": 0.1}


def test_reported_gaze_counts_from_rest_and_may_turn_its_sign(profile: CalibrationProfile) -> None:
    turned = replace(profile, gaze_factor=np.array([1.0, -1.0]))
    rest = Rest(profile.rest, STILL, np.array([0.1, 0.1]))
    reported = {"yaw": 0.3, "pitch": 0.2}
    seen = Calibrator(turned, rest).gaze(reported, profile.rest)
    assert seen == pytest.approx({"yaw": 0.2, "pitch": -0.1})


def reference(raw: np.ndarray, rest: np.ndarray, profile: CalibrationProfile, *, mirror: bool) -> list[float]:
    """What the class documents, one name at a time."""
    straight: dict[str, float] = {}
    for name in BLENDSHAPES:
        source, full = profile.source[INDEX[name]], profile.full[INDEX[name]]
        straight[name] = min(max((raw[source] - rest[source]) / (full - rest[source]), 0.0), 1.0)
    result = dict(straight)
    for side in ("Left", "Right"):
        blink, down = straight[f"eyeBlink{side}"], straight[f"eyeLookDown{side}"]
        result[f"eyeBlink{side}"] = max(blink - profile.lids_follow_gaze * down * (1.0 - blink), 0.0)
    return [result[mirrored(name) if mirror else name] for name in BLENDSHAPES]


@pytest.mark.parametrize("mirror", [False, True])
def test_working_on_arrays_gives_what_one_name_at_a_time_does(
    profile: CalibrationProfile, mirror: bool
) -> None:
    numbers = np.random.default_rng(3)
    swapped = profile.source.copy()
    places = [INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]]
    swapped[places] = places[::-1]
    of_tracker = replace(profile, source=swapped)
    for _ in range(50):
        raw, rest = numbers.uniform(-0.2, 1.2, 52), numbers.uniform(0.0, 0.3, 52)
        fast = Calibrator(of_tracker, Rest(rest, STILL, AHEAD), mirror=mirror).expression(raw)
        assert fast.tolist() == pytest.approx(reference(raw, rest, of_tracker, mirror=mirror))


def test_mirror_turns_pose_and_gaze_round(profile: CalibrationProfile) -> None:
    rest = Rest(profile.rest, STILL, AHEAD)
    pose = {"yaw": 0.1, "pitch": 0.2, "roll": 0.3, "x": 0.045, "y": 0.045, "z": 0.045}
    turned = Calibrator(profile, rest, mirror=True)
    assert turned.pose(pose) == pytest.approx(
        {"yaw": -0.1, "pitch": 0.2, "roll": -0.3, "x": -0.1, "y": 0.1, "z": 0.1}
    )
    assert turned.gaze({"yaw": 0.1, "pitch": 0.2}, profile.rest) == pytest.approx({"yaw": -0.1, "pitch": 0.2})
    looking = coefficients(eyeLookOutLeft=1.0, eyeLookInRight=1.0)
    assert turned.gaze({}, looking)["yaw"] < 0.0 < Calibrator(profile, rest).gaze({}, looking)["yaw"]
