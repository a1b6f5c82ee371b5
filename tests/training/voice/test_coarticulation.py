from __future__ import annotations

from math import exp, hypot

import numpy as np
import pytest

from face.mouth_controls import CONTROLS
from face.phones import PHONES, SILENCE
from protocol.visemes import VISEMES
from training.voice.coarticulation import mouth_of
from training.voice.utterance import Sound, Utterance

RATE = 8000
FPS = 120.0
JAW, CLOSURE, PUCKER = (CONTROLS.index(name) for name in ("jaw", "closure", "pucker"))


def spoken(*sounds: tuple[str, float]) -> Utterance:
    """Sounds of the given lengths, all equally loud."""
    times = np.cumsum([0.0, *(seconds for _, seconds in sounds)])
    noise = np.random.default_rng(0).normal(0, 0.1, round(times[-1] * RATE)).astype(np.float32)
    return Utterance(
        noise,
        RATE,
        tuple(Sound(ipa, a, b) for (ipa, _), a, b in zip(sounds, times, times[1:], strict=False)),
    )


def test_it_is_the_formula_of_cohen_and_massaro() -> None:
    """Against the sum written out for one moment, from the letters' own targets."""
    said = [("s", 0.1), ("u", 0.1), ("l", 0.1)]
    made = mouth_of(spoken(*said), FPS)
    time_s = 18 / FPS
    for control in (JAW, PUCKER):
        weight = summed = 0.0
        for number, (letter, seconds) in enumerate(said):
            phone, begin_s = PHONES[letter], 0.1 * number
            outside_s = max(begin_s - time_s, time_s - begin_s - seconds, 0.0)
            dominance = phone.dominance[control] * exp(
                -(hypot(outside_s, 0.012) - 0.012) / phone.reach_s[control]
            )
            weight += dominance
            summed += dominance * phone.targets[control]
        assert made.controls[18, control] == pytest.approx(summed / weight, abs=1e-4)


def test_frames_have_the_viseme_of_the_sound_at_their_time() -> None:
    made = mouth_of(spoken(("", 0.2), ("m", 0.1), ("aɪ", 0.1), ("", 0.2)), FPS)
    named = [VISEMES[one] for one in made.viseme]
    assert named[:24] == ["sil"] * 24
    assert set(named[24:36]) == {"PP"}
    assert named[37:43] == ["aa"] * 6
    assert named[44:48] == ["ih"] * 4
    assert set(named[49:]) == {"sil"}
    assert made.speaks.tolist() == [name != "sil" for name in named]


def test_lips_are_shut_in_a_stop_and_apart_in_the_vowel_between_two() -> None:
    made = mouth_of(spoken(("p", 0.06), ("a", 0.1), ("p", 0.06), ("a", 0.1)), FPS)
    closure = made.controls[:, CLOSURE]
    assert closure[2:6].min() > 0.95
    assert closure[21:25].min() > 0.95
    assert closure[12:15].min() < 0.2
    assert made.controls[13, JAW] > 0.25


def test_lips_round_before_a_rounded_vowel() -> None:
    pucker = [mouth_of(spoken(("s", 0.1), (vowel, 0.15)), FPS).controls[6, PUCKER] for vowel in "ui"]
    assert pucker[0] > 0.2 > 0.05 > pucker[1]


def test_the_mouth_is_shut_in_silence() -> None:
    made = mouth_of(spoken(("", 0.6), ("a", 0.2), ("", 0.8)), FPS)
    assert made.controls[: round(0.5 * FPS)].max() == 0.0
    assert made.controls[round(1.06 * FPS) :].max() == 0.0
    assert made.controls[round(0.7 * FPS), JAW] > 0.3


def test_a_short_pause_belongs_to_the_sound_before_it() -> None:
    made = mouth_of(spoken(("a", 0.1), ("", 0.03), ("a", 0.1)), FPS)
    assert SILENCE.viseme not in made.viseme


def test_a_louder_vowel_opens_the_jaw_further() -> None:
    said = spoken(("a", 0.2), ("l", 0.1), ("a", 0.2), ("l", 0.1), ("a", 0.2))
    said.samples[: round(0.2 * RATE)] *= 0.3
    jaw = mouth_of(said, FPS).controls[:, JAW]
    assert jaw[12] < 0.9 * jaw[round(0.7 * FPS)]


def test_a_breath_has_the_viseme_of_what_follows() -> None:
    assert VISEMES[mouth_of(spoken(("h", 0.1), ("o", 0.1)), FPS).viseme[3]] == "oh"
