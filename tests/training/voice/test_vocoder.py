from __future__ import annotations

import numpy as np
import pytest

from tests.bridge.devices.test_vowel_mouth import HILLENBRAND, RATE, spoken
from training.voice.utterance import Sound, Utterance
from training.voice.vocoder import laughed, sung, whispered

PITCH_HZ = 120.0


@pytest.fixture
def vowels() -> Utterance:
    """A pause, [ɑ], [i], a pause."""
    pause = np.zeros(RATE // 4, np.float32)
    parts = [pause, *(spoken(HILLENBRAND[one][0], PITCH_HZ, 0.5) for one in ("aa", "ee")), pause]
    return Utterance(
        np.concatenate(parts).astype(np.float32),
        RATE,
        (Sound("", 0.0, 0.25), Sound("ɑ", 0.25, 0.75), Sound("i", 0.75, 1.25), Sound("", 1.25, 1.5)),
    )


def periodicity(samples: np.ndarray, rate: int) -> tuple[float, float]:
    """The highest autocorrelation between 70 and 600 Hz, and the highest frequency that has nearly as much."""
    samples = samples - samples.mean()
    spectrum = np.abs(np.fft.rfft(samples, 2 * len(samples))) ** 2
    correlation = np.fft.irfft(spectrum)[: len(samples)]
    correlation = correlation / correlation[0]
    low, high = rate // 600, rate // 70
    found = correlation[low:high]
    best = low + int(np.flatnonzero(found > 0.85 * found.max())[0])
    return float(found.max()), rate / best


def part(said: Utterance, number: int) -> np.ndarray:
    """The middle of a sound."""
    sound = said.sounds[number]
    long_s = sound.end_s - sound.begin_s
    return said.samples[
        round((sound.begin_s + 0.2 * long_s) * said.rate) : round((sound.end_s - 0.2 * long_s) * said.rate)
    ]


def brightness(samples: np.ndarray, rate: int) -> float:
    """Power around the second formant of [i] over that around the formants of [ɑ]."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / rate)
    return float(power[(hz > 1900) & (hz < 2700)].sum() / power[(hz > 600) & (hz < 1300)].sum())


def test_a_whisper_keeps_the_times_and_has_no_pitch(vowels: Utterance) -> None:
    made = whispered(vowels, np.random.default_rng(1))
    assert [(one.ipa, one.begin_s, one.end_s) for one in made.sounds] == [
        (one.ipa, pytest.approx(one.begin_s), pytest.approx(one.end_s)) for one in vowels.sounds
    ]
    assert made.end_s == pytest.approx(vowels.end_s, abs=0.01)
    assert periodicity(part(vowels, 1), RATE)[0] > 0.7
    assert periodicity(part(made, 1), RATE)[0] < 0.4
    # the vowels still differ, and the pause is still quiet
    assert brightness(part(made, 2), RATE) > 10.0 * brightness(part(made, 1), RATE)
    assert np.abs(part(made, 0)).mean() < 0.02 * np.abs(part(made, 1)).mean()


def test_a_song_has_longer_vowels_on_notes(vowels: Utterance) -> None:
    made = sung(vowels, np.random.default_rng(2))
    for number in (1, 2):
        factor = (made.sounds[number].end_s - made.sounds[number].begin_s) / 0.5
        assert 1.5 <= factor <= 5.0
        strength, hz = periodicity(part(made, number)[: RATE // 4], RATE)
        assert strength > 0.5
        assert not 115.0 < hz < 125.0
    assert made.sounds[0].end_s == pytest.approx(0.25)
    assert made.end_s == pytest.approx(made.sounds[-1].end_s, abs=0.01)


def test_a_laugh_is_high_breathy_and_falls(vowels: Utterance) -> None:
    made = laughed(vowels, np.random.default_rng(3))
    first, second = (periodicity(part(made, number), RATE) for number in (1, 2))
    assert first[1] > second[1] > 100.0
    assert first[0] < periodicity(part(vowels, 1), RATE)[0]
