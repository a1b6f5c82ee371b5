from __future__ import annotations

from math import log2, log10

import numpy as np
import pytest

from bridge.devices.voiced_window import VoicedWindow

RATE = 16000


def heard(samples: np.ndarray) -> VoicedWindow:
    window = VoicedWindow(RATE)
    for begin in range(0, len(samples), 267):
        window.push(samples[begin : begin + 267])
    return window


def tone(hertz: float, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(RATE // 5) / RATE)


@pytest.mark.parametrize("hertz", [80.0, 120.0, 200.0, 400.0])
def test_a_tone_has_its_own_pitch(hertz: float) -> None:
    assert heard(tone(hertz)).pitch_octave() == pytest.approx(log2(hertz), abs=0.07)  # a semitone


def test_silence_and_noise_have_no_pitch() -> None:
    assert heard(np.zeros(3000)).pitch_octave() is None
    assert heard(np.random.default_rng(0).normal(0, 0.1, 3000)).pitch_octave() is None


def test_the_level_is_that_of_a_sine() -> None:
    assert heard(tone(300.0, 0.25)).level_db == pytest.approx(20 * log10(0.25 / 2**0.5), abs=0.1)
    assert heard(np.zeros(3000)).level_db == -90.0


def test_brightness_is_the_ratio_of_both_sides_of_a_kilohertz() -> None:
    assert heard(tone(300.0, 0.4) + tone(2500.0, 0.2)).bright_db() == pytest.approx(-6.0, abs=0.3)


def test_what_is_no_number_is_silence() -> None:
    assert heard(np.full(3000, np.nan)).level_db == -90.0
