from __future__ import annotations

import numpy as np
import pytest

from studio.motion.eyes import Blink, Blinks, Saccades


def test_blinks_have_human_rates_and_close_faster_than_they_open() -> None:
    counts = []
    for seed in range(12):
        blinks = Blinks(seed, Saccades(seed))
        lid = np.array([blinks.closed(t) for t in np.arange(0, 60, 1 / 120)])
        begins = np.flatnonzero((lid[1:] > 0.3) & (lid[:-1] <= 0.3))
        counts.append(len(begins))
        speed = np.diff(lid) * 120
        assert speed.max() > 1.4 * -speed.min()
        assert lid.max() == pytest.approx(1.0, abs=0.02)
    assert 8 < np.mean(counts) < 35


def test_gaze_is_still_between_saccades_and_counters_head_rotation() -> None:
    saccades = Saccades(3)
    gaze = np.array([saccades.gaze(t, 0.0, 0.0) for t in np.arange(0, 60, 1 / 250)])
    speed = np.hypot(*np.diff(gaze, axis=0).T) * 250
    assert (speed < 1e-6).mean() > 0.85  # fixations
    assert speed.max() > 1.5  # radians a second: no drifting over
    still, turned = saccades.gaze(7.0, 0.0, 0.0), saccades.gaze(7.0, 0.2, 0.0)
    assert turned[0] < still[0] - 0.07


def test_a_blink_is_shut_after_closing_and_open_at_its_end() -> None:
    blink = Blink(begin_s=1.0, close_s=0.08, hold_s=0.03, open_s=0.2, depth=0.9)
    assert blink.closed(1.0) == 0.0
    assert [blink.closed(t) for t in (1.08, 1.1, 1.11)] == pytest.approx([0.9, 0.9, 0.9])
    assert blink.closed(1.32) == pytest.approx(0.0, abs=1e-9)


def test_large_saccades_evoke_blinks() -> None:
    saccades = Saccades(5)
    begins = saccades.large_onsets(0.0, 60.0)
    assert begins
    blinks = Blinks(5, saccades)
    assert all(blinks.closed(begin_s + 0.08) >= 0.85 for begin_s in begins)
