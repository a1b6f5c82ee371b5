"""FramePacer in the simulated loop of a runtime: frame rates, and how long messages wait."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.frame_pacer import MAX_SPEEDUP, MIN_GAP, FramePacer


def simulate(
    *, fps: float, hz: float, jitter_s: float = 0.0, work_s: float = 0.001, seconds: float = 30.0
) -> tuple[list[float], list[float]]:
    """A loop with `hz` messages a second: (when each frame began, how long each message waited for its frame).

    Only the newest message of a frame counts: it replaces the older ones.
    """
    rng = np.random.default_rng(1)
    arrivals: list[float] = []
    if hz:
        grid = np.arange(0.0031, seconds, 1.0 / hz)
        arrivals = np.sort(grid + jitter_s * rng.standard_normal(len(grid))).tolist()
    pacer, now_s, begins, waits, place = FramePacer(fps), 0.0, [], [], 0
    while now_s < seconds:
        fresh = place < len(arrivals) and arrivals[place] <= now_s
        pause_s = pacer.wait_s(now_s, is_fresh=fresh)
        if pause_s > 0.0:
            wake_s = now_s + pause_s
            if not fresh and place < len(arrivals):
                wake_s = min(wake_s, arrivals[place])
            now_s = wake_s + 1e-6
            continue
        newest = None
        while place < len(arrivals) and arrivals[place] <= now_s:
            newest = arrivals[place]
            place += 1
        pacer.frame_began(now_s, is_fresh=newest is not None)
        begins.append(now_s)
        now_s += work_s
        if newest is not None:
            waits.append(begins[-1] - newest)
            pacer.message_arrived(newest)
    return begins[60:], waits[60:]


def rate(begins: list[float]) -> float:
    return (len(begins) - 1) / (begins[-1] - begins[0])


def test_without_messages_the_rate_is_exact_and_does_not_drift() -> None:
    begins, _ = simulate(fps=60.0, hz=0.0)
    assert rate(begins) == pytest.approx(60.0, rel=1e-4)
    assert np.diff(begins) == pytest.approx(1 / 60, abs=1e-4)


def test_missed_frames_are_skipped_and_not_made_up_for() -> None:
    pacer = FramePacer(100.0)
    pacer.frame_began(0.0, is_fresh=False)
    pacer.frame_began(0.2, is_fresh=False)  # nineteen frames late
    assert pacer.wait_s(0.2, is_fresh=False) == pytest.approx(0.01)


@pytest.mark.parametrize("hz", [24.0, 30.0, 50.0, 58.0, 59.94, 60.0, 60.5, 62.5])
@pytest.mark.parametrize("work_s", [0.001, 0.009])
def test_a_frame_begins_with_the_message(hz: float, work_s: float) -> None:
    begins, waits = simulate(fps=60.0, hz=hz, jitter_s=0.0004, work_s=work_s)
    assert np.percentile(waits, 50) <= 0.0005
    assert np.percentile(waits, 95) <= 0.003
    assert rate(begins) <= 60.0 * MAX_SPEEDUP
    assert rate(begins) >= min(hz, 60.0) - 0.5


@pytest.mark.parametrize("hz", [120.0, 240.0, 1000.0])
def test_a_faster_driver_does_not_raise_the_frame_rate(hz: float) -> None:
    begins, waits = simulate(fps=60.0, hz=hz)
    assert rate(begins) <= 60.0 * MAX_SPEEDUP * 1.001
    assert np.diff(begins).min() >= MIN_GAP / 60.0 - 1e-6
    assert max(waits) <= 1.0 / hz + 0.001


def test_messages_do_not_wait_when_frames_are_more_frequent() -> None:
    begins, waits = simulate(fps=240.0, hz=60.0, jitter_s=0.0002)
    assert np.percentile(waits, 50) <= 0.0003
    assert rate(begins) >= 200.0


def test_messages_with_jitter_wait_less_than_half_a_frame() -> None:
    _, waits = simulate(fps=60.0, hz=30.0, jitter_s=0.004, work_s=0.008)
    assert np.percentile(waits, 50) <= 0.004


def test_without_a_limit_there_is_no_wait() -> None:
    pacer = FramePacer(0.0)
    pacer.frame_began(1.0, is_fresh=False)
    assert pacer.wait_s(1.0, is_fresh=False) == 0.0
