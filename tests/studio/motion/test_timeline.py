from __future__ import annotations

from collections.abc import Iterator

import pytest

from studio.motion.timeline import Timeline, minimum_jerk


def counting(made: list[int]) -> Iterator[tuple[float, int]]:
    """An event every half second; notes in `made` what has been generated."""
    number = 0
    while True:
        made.append(number)
        yield number / 2, number
        number += 1


def test_events_that_begin_in_the_interval_are_returned() -> None:
    timeline = Timeline(counting([]))
    assert timeline.between(1.0, 2.5) == [2, 3, 4]
    assert timeline.between(0.0, 0.5) == [0]
    assert timeline.between(0.6, 0.9) == []


def test_events_are_generated_once_and_only_as_far_as_read() -> None:
    made: list[int] = []
    timeline = Timeline(counting(made))
    timeline.between(0.0, 3.0)
    timeline.between(0.0, 1.0)
    assert made == list(range(7))  # the last one begins at 3.0


def test_the_order_of_reading_does_not_change_the_events() -> None:
    late_first, in_order = Timeline(counting([])), Timeline(counting([]))
    late = late_first.between(5.0, 6.0)
    assert late_first.between(0.0, 5.0) == in_order.between(0.0, 5.0)
    assert in_order.between(5.0, 6.0) == late


def test_minimum_jerk_starts_and_ends_at_rest() -> None:
    assert [minimum_jerk(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert minimum_jerk(0.2) + minimum_jerk(0.8) == pytest.approx(1.0)
    # speed and acceleration are 0 at both ends
    h = 1e-4
    assert minimum_jerk(h) / h == pytest.approx(0.0, abs=1e-6)
    assert (minimum_jerk(2 * h) - 2 * minimum_jerk(h)) / h**2 == pytest.approx(0.0, abs=1e-2)
