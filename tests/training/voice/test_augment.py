from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.log_mel import RATE
from training.voice.augment import _breathing, _rms, augmented, without_speech


def clicks() -> np.ndarray:
    """Loud tone bursts of 50 ms, two a second, 4 s."""
    time_s = np.arange(4 * RATE) / RATE
    return np.where(time_s % 0.5 < 0.05, 0.5 * np.sin(2 * np.pi * 700.0 * time_s), 0.0).astype(np.float32)


@pytest.mark.parametrize("seed", range(12))
def test_sound_keeps_its_length_and_its_time(seed: int) -> None:
    speech = clicks()
    made = augmented(speech, np.random.default_rng(seed))
    assert made.shape == speech.shape
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert np.abs(made).max() <= 1.0
    # the envelope is where it was, whatever room, filter and noise did: within 5 ms
    envelope, heard = (np.abs(one).reshape(-1, 120).mean(1) for one in (speech, made))
    envelope, heard = envelope - envelope.mean(), heard - heard.mean()
    shifts = range(-20, 21)
    best = max(shifts, key=lambda shift: float(np.dot(np.roll(envelope, shift), heard)))
    assert abs(best) <= 2


def test_speakers_are_heard_at_many_levels() -> None:
    levels = [
        20 * np.log10(np.abs(augmented(clicks(), np.random.default_rng(seed))).max()) for seed in range(12)
    ]
    assert max(levels) - min(levels) > 15.0


def test_the_same_seed_makes_the_same_sound() -> None:
    first, second = (augmented(clicks(), np.random.default_rng(3), babble=clicks()) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("seed", range(8))
def test_sound_without_speech_is_of_the_length_that_is_asked_for(seed: int) -> None:
    made = without_speech(2 * RATE, np.random.default_rng(seed), babble=clicks())
    assert made.shape == (2 * RATE,)
    assert np.isfinite(made).all()
    assert np.abs(made).max() <= 1.0


def test_among_sounds_without_speech_are_breaths_that_swell_slowly_and_have_resonances() -> None:
    """A network that never heard one alone takes it for a whisper, and moves the mouth."""
    rng = np.random.default_rng(0)
    made = _breathing(20 * RATE, rng)
    assert _rms(made) == pytest.approx(1.0, abs=1e-3)
    envelope = np.sqrt(np.square(made).reshape(-1, RATE // 10).mean(1))  # of tenths of a second
    assert 0.1 < (envelope < 0.05 * envelope.max()).mean() < 0.7  # pauses between breaths
    heard = envelope > 0.2 * envelope.max()
    runs = np.diff(np.flatnonzero(np.diff(np.r_[0, heard.astype(int), 0])))[::2]
    assert runs.max() >= 8  # most of a second and longer
    spectrum = np.abs(np.fft.rfft(made.reshape(-1, RATE // 2), axis=1)).mean(0)  # lines of 2 Hz
    assert spectrum[150:1800].mean() > 3 * spectrum[2500:5000].mean()
