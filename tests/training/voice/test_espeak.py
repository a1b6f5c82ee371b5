from __future__ import annotations

from ctypes.util import find_library
from itertools import cycle

import numpy as np
import pytest

from face.phones import parts_of
from training.errors import TrainingError
from training.voice.espeak import Espeak, EspeakVoice
from training.voice.speech_maker import HELD_OUT_VARIANTS, TRAINED_VARIANTS
from training.voice.texts import HELD_OUT, TRAINED

needs_espeak = pytest.mark.skipif(
    find_library("espeak-ng") is None, reason="espeak-ng is not installed: apt install libespeak-ng1"
)


@needs_espeak
@pytest.mark.parametrize("language", ["en-us", "de"])
def test_sounds_follow_each_other_over_the_whole_utterance(language: str) -> None:
    said = Espeak().say("Mama Papa Baba", EspeakVoice(language, "", 150, 50, 50))
    assert said.sounds[0].begin_s == 0.0
    assert said.sounds[-1].end_s == pytest.approx(said.end_s)
    for one, following in zip(said.sounds, said.sounds[1:], strict=False):
        assert following.begin_s == pytest.approx(one.end_s)
    visemes = [phone.viseme for sound in said.sounds for phone, _ in parts_of(sound.ipa)]
    assert visemes.count(1) == 6  # the lips meet six times


@needs_espeak
def test_a_voiceless_stop_is_quiet_until_its_burst() -> None:
    """The times are those of the sound: the closure that a stop is given is silent."""
    said = Espeak().say("happy paper puppy", EspeakVoice("en-us", "", 130, 50, 50))
    loud = float(np.percentile(np.abs(said.samples), 90))
    inside = [one for one in said.sounds[1:] if one.ipa == "p" and one.end_s - one.begin_s > 0.035]
    assert len(inside) >= 3
    for stop in inside:
        middle = (stop.begin_s + stop.end_s - 0.015) / 2
        part = said.samples[round((middle - 0.004) * said.rate) : round((middle + 0.004) * said.rate)]
        assert np.abs(part).mean() < 0.1 * loud


@needs_espeak
def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(TrainingError, match="no voice 'xx-nowhere'"):
        Espeak().say("hello", EspeakVoice("xx-nowhere", "", 150, 50, 50))


@needs_espeak
def test_every_language_is_known_in_every_voice() -> None:
    """espeak-ng takes some names of languages on its command line alone, such as fr-fr."""
    espeak = Espeak()
    for language, variant in zip(
        [*TRAINED, *HELD_OUT], cycle([*TRAINED_VARIANTS[3:], *HELD_OUT_VARIANTS]), strict=False
    ):
        assert espeak.say("1", EspeakVoice(language, variant, 250, 50, 50)).sounds


def test_without_the_library_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.voice.espeak.find_library", lambda name: None)
    with pytest.raises(TrainingError, match="apt install espeak-ng"):
        Espeak()
