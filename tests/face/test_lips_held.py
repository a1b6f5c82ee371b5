from __future__ import annotations

import numpy as np
import pytest

from face.lips_held import HOLD_S, LEAST_JAW, LipsHeld
from protocol.blendshapes import INDEX

JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def gaps(jaw: np.ndarray, close: np.ndarray, dt_s: float) -> np.ndarray:
    """Of lips with so much of an open jaw and closure, under an emotion that opens the jaw to 0.4 and parts them."""
    held, out = LipsHeld(), np.empty(len(jaw))
    basic, made = np.zeros((2, 52), np.float32)
    for number, (opened, shut) in enumerate(zip(jaw, close, strict=True)):
        basic[JAW], basic[CLOSE], made[JAW], made[CLOSE] = opened, shut, 0.4, 0.0
        held(basic, made, dt_s)
        out[number] = made[JAW] - made[CLOSE]
    return out


def test_lips_meet_at_once_and_an_emotion_parts_them_with_the_time_constant() -> None:
    shut = np.r_[np.zeros(20), np.full(20, 0.3), np.zeros(60)]  # a jaw that speaks with shut lips, then rests
    gap = gaps(shut, shut, 0.01)
    assert gap[19] == pytest.approx(0.4)
    assert gap[20] == pytest.approx(0.0, abs=1e-6)
    assert gap[39 + round(HOLD_S / 0.01)] == pytest.approx(0.4 * (1.0 - np.exp(-1.0)), abs=1e-3)
    assert gap[-1] == pytest.approx(0.4, abs=0.01)


def test_no_rate_parts_them_sooner() -> None:
    for rate in (30, 60, 144):
        shut = np.r_[0.3, np.zeros(rate - 1)]
        gap = gaps(shut, shut, 1.0 / rate)
        assert gap[-1] == pytest.approx(0.4 * (1.0 - np.exp(-(rate - 1) / rate / HOLD_S)), abs=1e-3)


def test_what_speech_opens_is_open_at_once() -> None:
    gap = gaps(np.full(20, 0.3), np.r_[np.full(10, 0.3), np.zeros(10)], 0.01)
    assert gap[10] == pytest.approx(0.3)


def test_an_emotion_that_adds_nothing_changes_nothing_whatever_was_before() -> None:
    held = LipsHeld()
    for jaw, close in np.random.default_rng(5).random((200, 2)).astype(np.float32):
        made = np.zeros(52, np.float32)
        made[JAW], made[CLOSE] = jaw, close
        basic = made.copy()
        held(basic, made, 0.01)
        np.testing.assert_allclose(made, basic, atol=1e-6)


def test_a_slow_sweep_of_a_jaw_that_opens_and_shuts_with_shut_lips_never_jumps() -> None:
    jaw = np.interp(np.arange(481), [0, 240, 480], [0.0, 0.2, 0.0])  # four seconds each way, at 60 a second
    gap = gaps(jaw, jaw, 1.0 / 60.0)
    assert gap[0] > 0.39
    assert gap[240] < 1e-6
    assert gap[-1] > 0.3
    assert np.abs(np.diff(gap)).max() < 1.5 / LEAST_JAW * 0.4 * 0.2 / 240 + 1e-4


def test_noise_of_a_tracker_at_a_jaw_that_hardly_opens_moves_lips_less_than_their_ratio_does() -> None:
    random = np.random.default_rng(3)
    jaw, close = np.clip(0.03 + 0.01 * random.standard_normal((2, 600)), 0.0, 1.0)
    ratio = 0.4 * (1.0 - np.clip(close / np.maximum(jaw, 0.05), 0.0, 1.0))
    assert np.abs(np.diff(gaps(jaw, close, 1 / 60))).mean() < 0.65 * np.abs(np.diff(ratio)).mean()


def test_open_lips_stay_as_they_are_made() -> None:
    np.testing.assert_allclose(gaps(np.full(50, 0.3), np.zeros(50), 0.02), 0.4)
