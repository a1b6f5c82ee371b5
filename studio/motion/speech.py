"""Speech: the mouth shapes of random syllables, with coarticulation.

Random syllables of consonants around a vowel, four to seven a second, form phrases with pauses between them. The mouth
shape at a time is the average of the targets of all sounds nearby, each weighted by its dominance, which falls off
exponentially with the distance in time:

    F(t) = sum_s D_s(t) T_s / sum_s D_s(t),    D_s(t) = alpha_s exp(-|t - s| / reach_s)

Source: M. Cohen, D. Massaro, "Modeling coarticulation in synthetic visual speech", 1993, equations 1 to 4 (exponent
c = 1), but smooth at the middle of a sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.mouth_controls import CONTROLS, shapes_of
from face.viseme_shapes import CONSONANTS, REST, VOWELS, Viseme
from studio.motion.timeline import Timeline, minimum_jerk
from studio.seeds import random_of

#: Sounds further away in time than this are ignored.
_REACH_S: Final = 0.8
#: Upper bound of the duration of a sound or a pause.
_LONGEST_S: Final = 3.0
#: Over this time the dominance function is smooth at a sound's border.
_ROUNDING_S: Final = 0.02
#: Controls that loudness scales.
_LOUD: Final = np.array([control in ("jaw", "lower", "upper", "stretch") for control in CONTROLS])


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """One sound or pause. `loudness` is about 1; `accent` is the stress of its syllable, 0..1."""

    begin_s: float
    end_s: float
    viseme: Viseme
    loudness: float
    accent: float

    @property
    def is_pause(self) -> bool:
        """Whether this is a pause."""
        return self.viseme is REST


class Speech:
    """The speech of one person, without end.

    Attributes:
        liveliness: how strongly head and brows accompany this person's speech, 0..1.
    """

    def __init__(self, seed: int) -> None:
        person = random_of("voice", seed)
        self.liveliness = float(person.uniform(0.2, 1.0))
        self._left_share = float(np.clip(person.normal(1.0, 0.07), 0.8, 1.2))
        self._clarity = float(person.uniform(0.75, 1.2))
        self._sounds = Timeline(_plan(seed))

    def shapes(self, time_s: float) -> NDArray[np.float32]:
        """ARKit coefficients (52,) float32, 0..1, of speech alone at a time."""
        near = self._near(time_s)
        weight = np.zeros(len(CONTROLS))
        summed = np.zeros(len(CONTROLS))
        for sound in near:
            outside_s = max(sound.begin_s - time_s, time_s - sound.end_s, 0.0)
            away = (hypot(outside_s, _ROUNDING_S) - _ROUNDING_S) / sound.viseme.reach_s
            dominance = sound.viseme.dominance * exp(-away)
            target = np.where(
                _LOUD, sound.viseme.targets * sound.loudness * self._clarity, sound.viseme.targets
            )
            weight += dominance
            summed += dominance * target
        return shapes_of(summed / np.maximum(weight, 1e-12), self._left_share)

    def activity(self, time_s: float) -> float:
        """1 during a sound, falling smoothly to 0 within 0.3 s of it."""
        share = 0.0
        for sound in self._near(time_s):
            if not sound.is_pause:
                outside_s = max(sound.begin_s - time_s, time_s - sound.end_s, 0.0)
                share = max(share, 1.0 - minimum_jerk(outside_s / 0.3))
        return share

    def accent(self, time_s: float) -> float:
        """Stress at a time, 0..1: a peak at the middle of each stressed syllable; nods and brows follow it."""
        bump = 0.0
        for sound in self._near(time_s):
            if sound.accent > 0.0:
                middle_s = (sound.begin_s + sound.end_s) / 2
                bump = max(bump, sound.accent * (1.0 - minimum_jerk(abs(time_s - middle_s) / 0.22)))
        return bump

    def _near(self, time_s: float) -> list[Sound]:
        found = self._sounds.between(time_s - _REACH_S - _LONGEST_S, time_s + _REACH_S)
        return [sound for sound in found if sound.end_s > time_s - _REACH_S]


def _plan(seed: int) -> Iterator[tuple[float, Sound]]:
    random = random_of("speech", seed)
    time_s = -float(random.uniform(0.0, 2.0))  # time 0 lies anywhere in a pause or a phrase
    talkative = float(random.uniform(0.3, 1.6))
    while True:
        pause_s = float(np.clip(random.lognormal(-0.3, 0.8) / talkative, 0.15, _LONGEST_S))
        yield time_s, Sound(time_s, time_s + pause_s, REST, 1.0, 0.0)
        time_s += pause_s
        loudness = float(random.uniform(0.65, 1.25))
        tempo = float(random.uniform(0.8, 1.25))
        for _ in range(int(random.integers(2, 16))):
            accent = float(random.uniform(0.4, 1.0)) if random.random() < 0.22 else 0.0
            for viseme, is_vowel in _syllable(random):
                low, high = viseme.seconds
                seconds = float(random.uniform(low, high)) * tempo * (1.25 if accent else 1.0)
                stress = loudness * (1.0 + 0.25 * accent)
                yield time_s, Sound(time_s, time_s + seconds, viseme, stress, accent if is_vowel else 0.0)
                time_s += seconds


def _syllable(random: np.random.Generator) -> list[tuple[Viseme, bool]]:
    """Up to two consonants, a vowel, and sometimes a final consonant: (viseme, whether it is the vowel)."""
    consonants, vowels = list(CONSONANTS.values()), list(VOWELS.values())

    def some(most: int, share: float) -> list[tuple[Viseme, bool]]:
        count = sum(random.random() < share for _ in range(most))
        return [(consonants[int(random.integers(len(consonants)))], False) for _ in range(count)]

    return [*some(2, 0.55), (vowels[int(random.integers(len(vowels)))], True), *some(1, 0.35)]
