"""Vowels synthesised by Klatt's digital resonators in the time domain; the bank works on spectra."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.vowel_spectrum import FORMANTS_HZ, VOWELS, WINDOW_S, VowelBank

RATE = 16000


def synthesised(vowel: str, pitch_hz: float, tract: float = 1.0) -> np.ndarray:
    """A window of a vowel: glottal pulses through a resonator per formant, y[n] = a x[n] + b y[n-1] + c y[n-2]."""
    size = RATE // 2
    pulses = np.zeros(size)
    pulses[:: round(RATE / pitch_hz)] = 1.0
    sound = np.convolve(pulses, 0.95 ** np.arange(60))[:size]  # the source falls with frequency
    for centre_hz, width_hz in zip((*FORMANTS_HZ[vowel], 3500.0), (60.0, 90.0, 150.0, 250.0), strict=True):
        c = -np.exp(-2 * np.pi * width_hz / RATE)
        b = 2 * np.exp(-np.pi * width_hz / RATE) * np.cos(2 * np.pi * centre_hz * tract / RATE)
        out = np.zeros(size + 2)
        for n in range(size):
            out[n + 2] = (1 - b - c) * sound[n] + b * out[n + 1] + c * out[n]
        sound = out[2:]
    window = sound[-round(RATE * WINDOW_S) :]
    return window / np.abs(window).max() * 0.5


@pytest.mark.parametrize("vowel", VOWELS)
@pytest.mark.parametrize(("pitch_hz", "tract"), [(110.0, 1.0), (130.0, 1.0), (180.0, 1.16)])
def test_synthesised_vowel_is_recognised(vowel: str, pitch_hz: float, tract: float) -> None:
    found = VowelBank(RATE)(synthesised(vowel, pitch_hz, tract))
    assert VOWELS[int(found.weights.argmax())] == vowel


def test_level_is_that_of_a_sine_and_leaves_out_mains_hum() -> None:
    bank = VowelBank(RATE)
    time = np.arange(bank.size) / RATE
    assert bank(0.5 * np.sin(2 * np.pi * 1000 * time)).level_db == pytest.approx(
        20 * np.log10(0.5 / np.sqrt(2)), abs=0.5
    )
    louder, softer = (bank(level * np.sin(2 * np.pi * 1000 * time)).level_db for level in (0.5, 0.05))
    assert louder - softer == pytest.approx(20.0, abs=0.1)
    assert bank(0.5 * np.sin(2 * np.pi * 50 * time)).level_db < louder - 30.0


def test_loudness_does_not_change_the_vowel() -> None:
    bank, window = VowelBank(RATE), synthesised("aa", 110.0)
    assert bank(window * 0.02).weights == pytest.approx(bank(window).weights, abs=1e-3)


def test_weights_are_shares_of_a_certainty() -> None:
    bank = VowelBank(RATE)
    noise = np.random.default_rng(1).normal(0.0, 0.1, bank.size)
    for window in (synthesised("ee", 120.0), noise, np.zeros(bank.size)):
        weights = bank(window).weights
        assert weights.shape == (5,)
        assert (weights >= 0.0).all()
        assert weights.sum() <= 1.0 + 1e-9
