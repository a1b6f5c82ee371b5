"""Stage timers against numpy, and the pacer in a simulated day of a loop."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.timing import EARLIEST, OVERSPEED, WINDOW, FramePacer, StageTimers, TimingWindow


def simulate(
    *, fps: float, hz: float, jitter_s: float = 0.0, work_s: float = 0.001, seconds: float = 30.0
) -> tuple[list[float], list[float]]:
    """Frames of a loop that is told of `hz` messages a second: (begin times, how long each message waited).

    A message that a newer one overtakes waits for nothing: only the newest of a frame counts.
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
        pacer.begin(now_s, is_fresh=newest is not None)
        begins.append(now_s)
        now_s += work_s
        if newest is not None:
            waits.append(begins[-1] - newest)
            pacer.hear(newest)
    return begins[60:], waits[60:]


def rate(begins: list[float]) -> float:
    return (len(begins) - 1) / (begins[-1] - begins[0])


def test_without_messages_the_rate_is_exact_and_does_not_drift() -> None:
    begins, _ = simulate(fps=60.0, hz=0.0)
    assert rate(begins) == pytest.approx(60.0, rel=1e-4)
    assert np.diff(begins) == pytest.approx(1 / 60, abs=1e-4)


def test_turns_that_are_missed_are_dropped_and_never_caught_up() -> None:
    pacer = FramePacer(100.0)
    pacer.begin(0.0, is_fresh=False)
    pacer.begin(0.2, is_fresh=False)  # nineteen turns late
    assert pacer.wait_s(0.2, is_fresh=False) == pytest.approx(0.01)


@pytest.mark.parametrize("hz", [24.0, 30.0, 50.0, 58.0, 59.94, 60.0, 60.5, 62.5])
@pytest.mark.parametrize("work_s", [0.001, 0.009])
def test_a_message_does_not_wait_for_a_tick(hz: float, work_s: float) -> None:
    begins, waits = simulate(fps=60.0, hz=hz, jitter_s=0.0004, work_s=work_s)
    assert np.percentile(waits, 50) <= 0.0005
    assert np.percentile(waits, 95) <= 0.003
    assert rate(begins) <= 60.0 * OVERSPEED
    assert rate(begins) >= min(hz, 60.0) - 0.5


@pytest.mark.parametrize("hz", [120.0, 240.0, 1000.0])
def test_a_faster_driver_does_not_drive_the_rate_up(hz: float) -> None:
    begins, waits = simulate(fps=60.0, hz=hz)
    assert rate(begins) <= 60.0 * OVERSPEED * 1.001
    assert np.diff(begins).min() >= EARLIEST / 60.0 - 1e-6
    assert max(waits) <= 1.0 / hz + 0.001


def test_a_higher_rate_than_the_drivers_does_not_stand_in_its_way() -> None:
    begins, waits = simulate(fps=240.0, hz=60.0, jitter_s=0.0002)
    assert np.percentile(waits, 50) <= 0.0003
    assert rate(begins) >= 200.0


def test_a_tracker_that_stutters_waits_less_than_a_tick() -> None:
    _, waits = simulate(fps=60.0, hz=30.0, jitter_s=0.004, work_s=0.008)
    assert np.percentile(waits, 50) <= 0.004


def test_uncapped_never_waits() -> None:
    pacer = FramePacer(0.0)
    pacer.begin(1.0, is_fresh=False)
    assert pacer.wait_s(1.0, is_fresh=False) == 0.0


def test_the_ring_keeps_the_newest() -> None:
    ring = TimingWindow()
    assert ring.percentiles() == (0.0, 0.0, 0.0)
    values = np.random.default_rng(0).random(WINDOW + 100).astype(np.float32)
    for value in values:
        ring.add(float(value))
    assert ring.percentiles() == pytest.approx(tuple(np.percentile(values[-WINDOW:], (50, 95, 99))))


def test_stages_add_up_to_the_frame() -> None:
    now = [0.0]
    timers = StageTimers(("compose", "render"), lambda: now[0])
    for _ in range(3):
        with timers.stage("compose"):
            now[0] += 0.002
        with timers.stage("render"):
            now[0] += 0.005
        timers.frame_done()
    timers.add_latency(9.0)
    report = {timing.name: timing.p50_ms for timing in timers.report()}
    assert report == {"compose": 2.0, "render": 5.0, "frame": 7.0, "latency": 9.0}
