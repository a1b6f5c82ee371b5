from __future__ import annotations

from math import inf, nan, pi

import numpy as np
import pytest

from bridge.trackers.face_reading import MAX_REFUSALS, FaceReading, time_ns
from protocol.blendshapes import INDEX


@pytest.mark.parametrize(
    ("value", "kept"), [(0.0, 0.0), (0.4, 0.4), (1.0, 1.0), (1.2, 1.0), (-0.03, 0.0), (-1.0, 0.0)]
)
def test_coefficients_a_little_outside_are_clipped(value: float, kept: float) -> None:
    reading = FaceReading()
    reading.set_coefficient(INDEX["jawOpen"], value)
    assert reading.observation("a", 7).expression[INDEX["jawOpen"]] == kept
    assert reading.refusals == []


@pytest.mark.parametrize("value", [nan, inf, -inf, 1.6, -1.6, 40.0, 1e300])
def test_unusable_numbers_are_refused_with_a_reason(value: float) -> None:
    reading = FaceReading()
    reading.set_coefficient(INDEX["jawOpen"], value)
    reading.set_rotation("yaw", value * 3)
    reading.set_position("z", value * 9)
    reading.set_gaze("pitch", value * 2)
    assert reading.is_empty
    assert len(reading.refusals) == 4
    assert {refusal.reason for refusal in reading.refusals} == {
        "out of range" if np.isfinite(value) else "non-finite value"
    }
    assert "yaw" in reading.refusals[1].detail


def test_limits_are_inclusive() -> None:
    reading = FaceReading()
    reading.set_rotation("yaw", pi)
    reading.set_position("x", -10.0)
    reading.set_gaze("yaw", -pi / 2)
    assert reading.refusals == []
    assert (reading.pose, reading.gaze) == ({"yaw": pi, "x": -10.0}, {"yaw": -pi / 2})


@pytest.mark.parametrize("name", ["eyeBlinkLeft", "EyeBlinkLeft", "eyeBlink_L", "EYE_BLINK_LEFT"])
def test_names_in_any_spelling_are_known(name: str) -> None:
    reading = FaceReading()
    assert reading.set_named(name, 0.5)
    assert reading.observation("a", 7).expression[INDEX["eyeBlinkLeft"]] == 0.5
    assert not reading.set_named("headLeft", 0.5)


def test_one_half_of_brow_inner_up_sets_nothing() -> None:
    reading = FaceReading()
    assert reading.set_named("browInnerUpLeft", 0.5)
    assert reading.is_empty


def test_observation_shares_no_data_with_the_reading() -> None:
    reading = FaceReading()
    reading.set_rotation("yaw", 0.1)
    first = reading.observation("a", 7)
    reading.set_rotation("yaw", 0.2)
    reading.set_coefficient(0, 1.0)
    assert first.pose == {"yaw": 0.1}
    assert np.isnan(first.expression).all()


def test_refusals_of_one_datagram_are_bounded() -> None:
    reading = FaceReading()
    for _ in range(1000):
        reading.set_coefficient(0, nan)
    assert len(reading.refusals) == MAX_REFUSALS


@pytest.mark.parametrize(
    ("value", "unit_ns", "expected"),
    [
        (1_700_000_000_000, 1e6, 1_700_000_000_000_000_000),
        (0.5, 1e9, 500_000_000),
        (0.0, 1e9, 0),
        (-5.0, 1e9, 0),
        (nan, 1e9, 0),
        (inf, 1e9, 0),
        (1e300, 1e9, 0),
        (2.0**63, 1.0, 0),
    ],
)
def test_times_beyond_63_bits_are_unknown(value: float, unit_ns: float, expected: int) -> None:
    assert time_ns(value, unit_ns) == expected
