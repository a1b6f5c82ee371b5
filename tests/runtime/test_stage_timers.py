"""StageTimers and its windows against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.stage_timers import WINDOW, StageTimers, TimingWindow


def test_percentiles_are_those_of_the_newest_measurements() -> None:
    window = TimingWindow()
    assert window.percentiles() == (0.0, 0.0, 0.0)
    values = np.random.default_rng(0).random(WINDOW + 100).astype(np.float32)
    for value in values:
        window.add(float(value))
    assert window.percentiles() == pytest.approx(tuple(np.percentile(values[-WINDOW:], (50, 95, 99))))


def test_a_frame_is_the_sum_of_its_stages() -> None:
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


def test_a_part_counts_with_the_next_measurement_of_its_stage_and_only_with_that() -> None:
    now = [0.0]
    timers = StageTimers(("compose", "render"), lambda: now[0])
    with timers.part("render"):
        now[0] += 0.003
    with timers.stage("compose"):
        now[0] += 0.001
    with timers.stage("render"):
        now[0] += 0.004
    assert timers.frame_done() == pytest.approx(8.0)
    with timers.stage("render"):
        now[0] += 0.004
    assert timers.stage("render").last_ms == pytest.approx(4.0)
