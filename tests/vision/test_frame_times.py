from __future__ import annotations

import pytest

from vision.frame_times import LEAST_STEP_S, FrameTimes


def times(*timestamps_s: float | None) -> list[float]:
    clock = FrameTimes(step_s=0.04)
    return [clock.next(timestamp_s) for timestamp_s in timestamps_s]


def test_good_timestamps_are_kept_less_the_first() -> None:
    assert times(5.0, 5.033, 5.5, 8.4, 8.4001) == pytest.approx([0.0, 0.033, 0.5, 3.4, 3.4001])


def test_missing_timestamps_follow_at_the_rate() -> None:
    assert times(None, None, None) == pytest.approx([0.0, 0.04, 0.08])
    assert times(1.0, None, 1.2) == pytest.approx([0.0, 0.04, 0.2])


def test_a_repeated_or_slightly_earlier_timestamp_moves_no_other_frame() -> None:
    assert times(0.0, 0.04, 0.04, 0.12) == pytest.approx([0.0, 0.04, 0.04 + LEAST_STEP_S, 0.12])
    assert times(0.0, 0.08, 0.04, 0.12) == pytest.approx([0.0, 0.08, 0.08 + LEAST_STEP_S, 0.12])


def test_a_recording_that_starts_again_goes_on_from_where_the_first_ended() -> None:
    assert times(90.0, 90.04, 0.0, 0.04) == pytest.approx([0.0, 0.04, 0.08, 0.12])


def test_a_leap_of_years_is_no_gap() -> None:
    assert times(0.0, 1e9, 1e9 + 0.04, 1e9 + 0.5) == pytest.approx([0.0, 0.04, 0.08, 0.54])
