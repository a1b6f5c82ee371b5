"""Times of stops in sounds made here, whose silence and burst are known, reported as each kind of synthesizer does."""

from __future__ import annotations

import numpy as np
import pytest

from training.voice.stops import with_closures
from training.voice.utterance import Sound, Utterance

RATE = 16000


def vowel(seconds: float, level: float = 0.5) -> np.ndarray:
    """A buzz with harmonics up to 4 kHz."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    return level * sum(np.sin(2 * np.pi * 125.0 * k * time_s) / k for k in range(1, 33))


def noise(seconds: float, level: float) -> np.ndarray:
    return level * np.random.default_rng(0).normal(0.0, 1.0, round(seconds * RATE))


def silence(seconds: float) -> np.ndarray:
    return noise(seconds, 1e-4)


def said(*parts: np.ndarray, sounds: tuple[Sound, ...]) -> Utterance:
    return Utterance(np.concatenate(parts).astype(np.float32), RATE, sounds)


def apa(reported_s: tuple[float, float], name: str = "p") -> Utterance:
    """[a] to 0.20 s, silence to 0.26, a burst and breath to 0.31, [a] to 0.5; the stop as a synthesizer reports it."""
    begin_s, end_s = reported_s
    sounds = (Sound("a", 0.0, begin_s), Sound(name, begin_s, end_s), Sound("a", end_s, 0.5))
    return said(vowel(0.2), silence(0.06), noise(0.05, 0.1), vowel(0.19), sounds=sounds)


@pytest.mark.parametrize(
    "reported_s",
    [
        pytest.param((0.26, 0.30), id="at its burst, as formant synthesizers"),
        pytest.param((0.18, 0.31), id="in the vowel, and with its breath, as recorded voices"),
        pytest.param((0.27, 0.29), id="behind its burst, as a neural voice"),
        pytest.param((0.20, 0.26), id="exactly"),
    ],
)
def test_a_stop_lasts_from_its_silence_to_its_burst_whoever_reports_it(
    reported_s: tuple[float, float],
) -> None:
    spoken = apa(reported_s)
    before, stop, after = with_closures(spoken).sounds
    assert stop.begin_s == pytest.approx(0.20, abs=0.006)
    assert stop.end_s == pytest.approx(0.272, abs=0.006)  # and what the burst itself lasts
    assert (before.end_s, after.begin_s, after.end_s) == (stop.begin_s, stop.end_s, 0.5)


def test_a_voice_bar_is_as_good_as_silence() -> None:
    """A [b]: the voice goes on behind shut lips, at 125 Hz alone, louder than the breath of a [p]."""
    bar = 0.3 * np.sin(2 * np.pi * 125.0 * np.arange(round(0.06 * RATE)) / RATE)
    sounds = (Sound("a", 0.0, 0.18), Sound("b", 0.18, 0.28), Sound("a", 0.28, 0.5))
    made = with_closures(said(vowel(0.2), bar, vowel(0.24), sounds=sounds)).sounds[1]
    assert made.begin_s == pytest.approx(0.20, abs=0.006)
    assert made.end_s == pytest.approx(0.272, abs=0.006)


def test_each_of_two_stops_keeps_its_own_silence() -> None:
    """[akta]: silence, a burst, silence, a burst."""
    sounds = (Sound("a", 0.0, 0.2), Sound("k", 0.2, 0.29), Sound("t", 0.29, 0.37), Sound("a", 0.37, 0.6))
    parts = (vowel(0.2), silence(0.06), noise(0.03, 0.1), silence(0.06), noise(0.02, 0.1), vowel(0.23))
    _, k, t, _ = with_closures(said(*parts, sounds=sounds)).sounds
    assert k.begin_s == pytest.approx(0.20, abs=0.006)
    assert k.end_s == t.begin_s == pytest.approx(0.29, abs=0.006)
    assert t.end_s == pytest.approx(0.362, abs=0.006)


def test_a_stop_without_a_silence_keeps_its_time() -> None:
    sounds = (Sound("a", 0.0, 0.2), Sound("d", 0.2, 0.24), Sound("a", 0.24, 0.5))
    spoken = said(vowel(0.5), sounds=sounds)
    assert with_closures(spoken).sounds == sounds


def test_a_sound_that_is_no_stop_keeps_its_time() -> None:
    spoken = apa((0.26, 0.30), name="s")
    assert with_closures(spoken).sounds == spoken.sounds


def test_an_affricate_keeps_its_hiss() -> None:
    made = with_closures(apa((0.26, 0.31), name="tʃ")).sounds[1]
    assert made.begin_s == pytest.approx(0.20, abs=0.006)
    assert made.end_s == 0.31


def test_a_stop_after_a_pause_has_a_closure_that_cannot_be_heard() -> None:
    sounds = (Sound("", 0.0, 0.2), Sound("b", 0.2, 0.25), Sound("a", 0.25, 0.5))
    made = with_closures(said(silence(0.2), noise(0.02, 0.1), vowel(0.28), sounds=sounds)).sounds[1]
    assert made.begin_s == pytest.approx(0.14, abs=0.006)
    assert made.end_s == pytest.approx(0.212, abs=0.006)
