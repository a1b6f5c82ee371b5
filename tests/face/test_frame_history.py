from __future__ import annotations

import numpy as np
import pytest

from face.frame_history import AGES, FrameHistory

SHAPES = 52


def wave(time_s: float | np.ndarray) -> np.ndarray:
    """A slow sine for each shape, (52,) or (N, 52)."""
    phase = np.arange(SHAPES)
    return (0.5 + 0.5 * np.sin(2.0 * np.pi * 0.7 * np.asarray(time_s)[..., None] + phase)).astype(np.float32)


@pytest.mark.parametrize("fps", [24, 30, 60, 144, 400, 1000])
def test_ages_are_met_at_any_rate_and_for_minutes(fps: int) -> None:
    history, out = FrameHistory(), np.zeros((len(AGES), SHAPES), np.float32)
    worst = 0.0
    for number in range(fps * 4):
        now_s = number / fps
        history.push(wave(now_s), 1.0 / fps if number else 0.0)
        if now_s > 2.0:
            history.read(out)
            worst = max(worst, float(np.abs(out - wave(now_s - np.array(AGES) / 30.0)).max()))
            assert out[0].tobytes() == wave(now_s).tobytes()
    assert worst < 3e-3


def test_the_first_frame_stands_for_all_before_it() -> None:
    history, out = FrameHistory(), np.zeros((len(AGES), SHAPES), np.float32)
    history.push(wave(0.3), 0.0)
    history.read(out)
    assert (out == wave(0.3)).all()
    history.push(wave(0.4), 1 / 30)
    history.read(out)
    assert (out[0] == wave(0.4)).all()
    assert (out[2:] == wave(0.3)).all()


def test_pauses_and_a_clock_that_stands_or_goes_back_do_no_harm() -> None:
    history, out = FrameHistory(), np.zeros((len(AGES), SHAPES), np.float32)
    history.read(out)  # nothing yet
    assert not out.any()
    random = np.random.default_rng(1)
    for number in range(2000):
        row = random.random(SHAPES).astype(np.float32)
        history.push(row, [0.0, 1 / 60, -3.0, 7.5][number % 4])
        history.read(out)
        assert np.isfinite(out).all()
        assert out.min() >= 0.0
        assert out.max() <= 1.0
        assert (out[0] == row).all()
