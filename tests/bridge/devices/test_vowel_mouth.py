"""Vowels made in the time domain: pulses through resonators, as D. H. Klatt's synthesiser makes them.

The formants are means of people who are not those behind the recogniser's (J. Hillenbrand et al., "Acoustic
characteristics of American English vowels", J. Acoust. Soc. Am. 97, 1995, table V).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.devices.vowel_mouth import FRAMES_A_SECOND, LATENCY_S, MOVED, VowelMouth
from bridge.devices.vowel_spectrum import VOWELS, WINDOW_S, VowelBank
from protocol.blendshapes import INDEX

#: vowel -> F1, F2, F3 of men, of women.
HILLENBRAND = {
    "aa": ((768, 1333, 2522), (936, 1551, 2815)),
    "ih": ((342, 2322, 3000), (437, 2761, 3372)),
    "ou": ((378, 997, 2343), (459, 1105, 2735)),
    "ee": ((580, 1799, 2605), (731, 2058, 2979)),
    "oh": ((652, 997, 2538), (781, 1136, 2824)),
}
#: Pitches of men and women.
PITCHES = ((100.0, 132.0), (190.0, 220.0))
RATE = 16000


def resonated(
    signal: NDArray[np.float64], centre_hz: float, width_hz: float, rate: int
) -> NDArray[np.float64]:
    """y[n] = A x[n] + B y[n-1] + C y[n-2] (Klatt, equation 1)."""
    c = -np.exp(-2 * np.pi * width_hz / rate)
    b = 2 * np.exp(-np.pi * width_hz / rate) * np.cos(2 * np.pi * centre_hz / rate)
    a = 1 - b - c
    out = np.zeros(len(signal))
    for n in range(len(signal)):
        out[n] = a * signal[n] + b * out[n - 1] + c * out[n - 2]
    return out


def spoken(
    formants: tuple[float, ...], pitch_hz: float, seconds: float, loudness: float = 0.2, rate: int = RATE
) -> NDArray[np.float64]:
    """A vowel of some loudness (root mean square)."""
    pulses = np.zeros(round(seconds * rate))
    pulses[(np.arange(0, seconds - 0.001, 1 / pitch_hz) * rate).astype(int)] = 1.0
    # A glottis lets through 12 dB less an octave, lips send out 6 dB more.
    signal = np.diff(resonated(pulses, 0.0, 100.0, rate), prepend=0.0)
    for centre, width in zip((*formants, 3500.0), (70.0, 100.0, 140.0, 250.0), strict=True):
        signal = resonated(signal, centre, width, rate)
    return signal * loudness / np.sqrt(np.mean(signal**2))


def frames(mouth: VowelMouth, signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """(frames, 52) of a signal."""
    count = len(signal) // mouth.hop
    return np.array([mouth(signal[i * mouth.hop : (i + 1) * mouth.hop]) for i in range(count)])


CASES = [
    pytest.param(vowel, formants[sex], pitch, id=f"{vowel} {'mw'[sex]} {pitch:.0f}")
    for vowel, formants in HILLENBRAND.items()
    for sex in (0, 1)
    for pitch in PITCHES[sex]
]


@pytest.mark.parametrize(("vowel", "formants", "pitch"), CASES)
def test_spoken_vowel_has_the_largest_weight(vowel: str, formants: tuple[float, ...], pitch: float) -> None:
    mouth = VowelMouth(RATE)
    frames(mouth, spoken(formants, pitch, 0.25))
    assert VOWELS[int(np.argmax(mouth.weights))] == vowel, dict(
        zip(VOWELS, mouth.weights.round(2), strict=True)
    )


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_result_does_not_depend_on_the_sampling_rate(rate: int) -> None:
    bank = VowelBank(rate)
    sound = spoken(HILLENBRAND["aa"][0], 110.0, 0.1, rate=rate)
    assert VOWELS[int(np.argmax(bank(sound[-bank.size :]).weights))] == "aa"


def test_silence_closes_the_mouth() -> None:
    mouth = VowelMouth(RATE)
    said = frames(mouth, spoken(HILLENBRAND["aa"][0], 110.0, 0.3))[-1]
    assert said[INDEX["jawOpen"]] > 0.4
    after = frames(mouth, np.zeros(RATE // 2))
    assert np.nanmax(after[-1]) < 0.01
    # Within a tenth of a second it is nearly shut.
    assert after[FRAMES_A_SECOND // 8, INDEX["jawOpen"]] < 0.25 * said[INDEX["jawOpen"]]


def test_louder_opens_the_jaw_further() -> None:
    jaws = []
    for loudness in (0.004, 0.012, 0.04):
        mouth = VowelMouth(RATE)
        jaws.append(frames(mouth, spoken(HILLENBRAND["aa"][0], 110.0, 0.3, loudness))[-1, INDEX["jawOpen"]])
    assert jaws == sorted(jaws)
    assert jaws[0] < 0.35
    assert jaws[-1] > 0.55


@pytest.mark.parametrize("loudness", [0.001, 0.01, 0.1])
def test_noise_and_hum_do_not_open_the_mouth(loudness: float) -> None:
    noise = np.random.default_rng(3).normal(size=RATE) * loudness
    hum = np.sin(2 * np.pi * 50 * np.arange(RATE) / RATE) * loudness
    for sound in (noise, hum):
        assert np.nanmax(frames(VowelMouth(RATE), sound)[5:]) < 0.1


def test_mouth_follows_within_latency_s() -> None:
    mouth = VowelMouth(RATE)
    frames(mouth, np.zeros(RATE // 4))
    jaw = frames(mouth, spoken(HILLENBRAND["aa"][0], 110.0, 0.3))[:, INDEX["jawOpen"]]
    half = int(np.argmax(jaw > jaw[-1] / 2))
    # A frame is out when its last sample is in.
    assert (half + 1) / FRAMES_A_SECOND <= LATENCY_S + 1.5 / FRAMES_A_SECOND
    assert LATENCY_S < 0.05
    assert mouth.hop < RATE * WINDOW_S


def test_only_the_mouth_is_driven_and_always_within_its_range() -> None:
    mouth = VowelMouth(RATE)
    said = frames(mouth, np.random.default_rng(1).normal(size=RATE // 2) * 50)
    assert (np.isnan(said) == ~MOVED).all()
    assert {INDEX["jawOpen"], INDEX["mouthPucker"]} <= set(np.flatnonzero(MOVED))
    assert 0.0 <= np.nanmin(said) <= np.nanmax(said) <= 1.0
    assert not np.isnan(mouth(np.full(mouth.hop, np.nan))[MOVED]).any()
