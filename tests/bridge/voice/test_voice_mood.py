"""Against a voice made of syllables whose level, pitch, tempo and brightness are chosen, and against espeak-ng."""

from __future__ import annotations

import copy
from ctypes.util import find_library

import numpy as np
import pytest

from bridge.voice.voice_mood import VoiceMood

RATE = 16000
HOP = 267


def syllables(
    seconds: float, *, gain: float = 0.2, hertz: float = 120.0, a_second: float = 4.0, bright: float = 1.0
) -> np.ndarray:
    """A buzz that swells and fades for each syllable; harmonics above 1 kHz times `bright`."""
    time_s = np.arange(round(seconds * 60) * HOP) / RATE
    buzz = sum(
        (bright if hertz * k > 1000 else 1.0) / k * np.sin(2 * np.pi * hertz * k * time_s)
        for k in range(1, 25)
    )
    return gain * buzz * (0.12 + 0.88 * np.sin(np.pi * a_second * time_s) ** 2)


def moods(mood: VoiceMood, samples: np.ndarray, activity: float = 1.0) -> np.ndarray:
    return np.array([mood(samples[at : at + HOP], activity) for at in range(0, len(samples), HOP)])


@pytest.fixture(scope="module")
def known() -> VoiceMood:
    """A mood that has heard this voice for ten seconds."""
    mood = VoiceMood(RATE)
    usual = moods(mood, syllables(10.0))
    assert not usual[: 60 * 4 - 1].any()  # it says nothing about a voice that it does not know
    assert np.abs(usual).max() < 0.05
    return mood


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("gain", [0.06, 0.11, 0.2, 0.4, 0.8]), ("hertz", [85.0, 100.0, 120.0, 150.0, 200.0]),
        ("a_second", [2.0, 3.0, 4.0, 5.5, 7.0]), ("bright", [0.2, 0.5, 1.0, 2.0, 4.0]),
    ],
)  # fmt: skip
def test_more_of_each_is_more_aroused_and_as_usual_is_nothing(
    known: VoiceMood, name: str, values: list[float]
) -> None:
    found = [
        float(moods(copy.deepcopy(known), syllables(3.0, **{name: value}))[60:].mean()) for value in values
    ]
    assert found == sorted(found)
    assert found[0] < -0.02
    assert abs(found[2]) < 0.05
    assert found[4] > 0.02


def test_the_gain_of_a_microphone_makes_no_mood() -> None:
    """A tenth of the level from the beginning on: the same moods."""
    sound = np.concatenate([syllables(6.0), syllables(2.0, gain=0.4)])
    loud, quiet = moods(VoiceMood(RATE), sound), moods(VoiceMood(RATE), 0.1 * sound)
    assert loud.max() > 0.1
    assert quiet == pytest.approx(loud, abs=0.02)


def test_in_a_pause_it_calms_down_and_where_nobody_speaks_nothing_is_felt(known: VoiceMood) -> None:
    mood = copy.deepcopy(known)
    assert moods(mood, syllables(3.0, gain=0.8))[-1] > 0.1
    after = moods(mood, np.zeros(12 * 60 * HOP), 0.0)
    assert after[-1] == 0.0
    assert (np.diff(after) <= 0.0).all()
    music = moods(VoiceMood(RATE), syllables(10.0, gain=0.8, hertz=300.0), 0.0)
    assert not music.any()


def test_it_never_jumps_and_never_leaves_its_range(known: VoiceMood) -> None:
    random = np.random.default_rng(0)
    wild = np.concatenate(
        [syllables(1.0, gain=0.9, hertz=300.0, a_second=9.0), random.normal(0, 0.5, 30 * HOP)]
    )
    made = moods(copy.deepcopy(known), wild)
    assert np.abs(made).max() <= 1.0
    assert np.abs(np.diff(made)).max() < 0.06


@pytest.mark.skipif(
    find_library("espeak-ng") is None, reason="espeak-ng is not installed: apt install libespeak-ng1"
)
def test_a_synthesizer_that_speaks_up_is_more_aroused_than_one_that_speaks_down() -> None:
    from training.voice.espeak import Espeak, EspeakVoice

    text = "The boats in the harbour are painted blue and white, and in the morning the nets are brought to the market."
    espeak = Espeak()

    def said(words: int, pitch: int, gain: float) -> np.ndarray:
        return gain * espeak.say(text, EspeakVoice("en-us", "m4", words, pitch, 50)).samples[: 4 * 22050]

    mood = VoiceMood(22050)
    hop = 367
    for part in (said(160, 50, 0.4), said(160, 50, 0.4)):
        for at in range(0, len(part) - hop, hop):
            mood(part[at : at + hop], 1.0)
    found = []
    for part in (said(130, 38, 0.15), said(160, 50, 0.4), said(200, 65, 0.8)):
        one = copy.deepcopy(mood)
        found.append(np.mean([one(part[at : at + hop], 1.0) for at in range(0, len(part) - hop, hop)]))
    assert found[0] < -0.15 < found[1] < 0.12 < found[2]
