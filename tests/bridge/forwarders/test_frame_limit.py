"""The limit, at times that the test chooses; 64 fps, whose frame time is exact in binary."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import accumulate

import pytest

from bridge.forwarders.frame_limit import FrameLimit

FPS = 64.0
FRAME_S = 1.0 / FPS


def passed(times_s: Iterable[float], max_fps: float = FPS) -> list[float]:
    limit = FrameLimit(max_fps)
    return [now_s for now_s in times_s if limit.allows(now_s)]


@pytest.mark.parametrize("seed", range(20))
def test_no_window_holds_more_frames_than_its_share_and_two(seed: int) -> None:
    chosen = random.Random(seed)
    # Bursts, a steady stream and pauses, in steps of 1/64 of a frame time, which floats hold exactly.
    steps = (chosen.choice((0, 1, 1, 7, 16, 64, 300, 5000)) for _ in range(2000))
    times_s = passed(step * FRAME_S / 64 for step in accumulate(steps))
    assert len(times_s) > 100
    for first, began_s in enumerate(times_s):
        for number, ended_s in enumerate(times_s[first:], 1):
            assert number <= (ended_s - began_s) * FPS + 2


def test_a_steady_stream_at_the_limit_passes_whole_whatever_its_jitter() -> None:
    chosen = random.Random(1)
    times_s = [(number + chosen.random()) * FRAME_S for number in range(5000)]
    assert passed(times_s) == times_s


def test_a_clock_with_coarse_steps_costs_no_frame() -> None:
    tick_s = 1.0 / 64.0  # the system clock of Windows
    times_s = [number / 60.0 // tick_s * tick_s for number in range(6000)]
    assert len(passed(times_s, max_fps=60.0)) == 6000


def test_a_late_frame_does_not_cost_the_punctual_one_behind_it() -> None:
    times_s = [0.0, 1 * FRAME_S, 2.9 * FRAME_S, 3 * FRAME_S, 4 * FRAME_S]
    assert passed(times_s) == times_s


@pytest.mark.parametrize("times", [2, 3, 4, 10])
def test_a_faster_stream_is_thinned_to_the_limit_evenly(times: int) -> None:
    times_s = passed(number * FRAME_S / times for number in range(100 * times))
    assert len(times_s) == 101  # of 100 frame times
    assert all(times_s[number + 1] == number * FRAME_S for number in range(1, 100))


def test_a_slower_stream_passes_whole() -> None:
    times_s = [number * 1.25 * FRAME_S for number in range(200)]
    assert passed(times_s) == times_s


def test_a_pause_is_not_followed_by_a_burst() -> None:
    before = [number * FRAME_S for number in range(50)]
    after = [1000.0 + number * FRAME_S / 16 for number in range(17)]
    assert passed(before + after)[50:] == [after[0], after[1], after[16]]
