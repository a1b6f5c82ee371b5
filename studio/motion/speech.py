"""Speech: phrases of syllables that nobody understands, articulated as mouths do, each sound bent by its neighbours.

Sounds are drawn as consonants around vowels, four to seven syllables a second with pauses between phrases. What the
mouth does at an instant is the average of the targets of all sounds nearby, each weighted by its dominance, which falls
off exponentially with the distance in time:

    F(t) = sum_s D_s(t) T_s / sum_s D_s(t),    D_s(t) = alpha_s exp(-|t - s| / reach_s)

Source: M. Cohen, D. Massaro, "Modeling coarticulation in synthetic visual speech", 1993, equations 1 to 4 (exponent
c = 1), with the corner at the middle of a sound rounded off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.motion.timeline import Timeline, smooth
from studio.motion.visemes import CONSONANTS, CONTROLS, REST, VOWELS, Viseme, shapes_of
from studio.seeds import random_of

#: Sounds further away than this have nothing to say.
_REACH_S: Final = 0.8
#: No sound and no pause is longer.
_LONGEST_S: Final = 3.0
_ROUNDING_S: Final = 0.02
#: What loudness makes larger.
_LOUD: Final = np.array([control in ("jaw", "lower", "upper", "stretch") for control in CONTROLS])


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """One sound or pause. `loudness` is about 1; `accent` 0..1 of the syllable that it carries."""

    begin_s: float
    end_s: float
    viseme: Viseme
    loudness: float
    accent: float

    @property
    def is_pause(self) -> bool:
        """Nothing is said."""
        return self.viseme is REST


class Speech:
    """One voice that goes on for ever.

    Attributes:
        liveliness: 0..1, how much this person's face goes with their words.
    """

    def __init__(self, seed: int) -> None:
        person = random_of("voice", seed)
        self.liveliness = float(person.uniform(0.2, 1.0))
        self._left_share = float(np.clip(person.normal(1.0, 0.07), 0.8, 1.2))
        self._clarity = float(person.uniform(0.75, 1.2))
        self._sounds = Timeline(_plan(seed))

    def shapes(self, time_s: float) -> NDArray[np.float32]:
        """ARKit coefficients (52,) of speech alone."""
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
        """0..1, whether something is being said; goes over within about 0.3 s."""
        share = 0.0
        for sound in self._near(time_s):
            if not sound.is_pause:
                outside_s = max(sound.begin_s - time_s, time_s - sound.end_s, 0.0)
                share = max(share, 1.0 - smooth(outside_s / 0.3))
        return share

    def accent(self, time_s: float) -> float:
        """0..1, the bump of a stressed syllable: what nods and brows go with."""
        bump = 0.0
        for sound in self._near(time_s):
            if sound.accent > 0.0:
                middle_s = (sound.begin_s + sound.end_s) / 2
                bump = max(bump, sound.accent * (1.0 - smooth(abs(time_s - middle_s) / 0.22)))
        return bump

    def _near(self, time_s: float) -> list[Sound]:
        found = self._sounds.between(time_s - _REACH_S - _LONGEST_S, time_s + _REACH_S)
        return [sound for sound in found if sound.end_s > time_s - _REACH_S]


def _plan(seed: int) -> Iterator[tuple[float, Sound]]:
    random = random_of("speech", seed)
    time_s = -float(random.uniform(0.0, 2.0))  # the world does not wait for the first frame
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
    """No, one or two consonants, a vowel, and now and then one consonant more."""
    consonants, vowels = list(CONSONANTS.values()), list(VOWELS.values())

    def some(most: int, share: float) -> list[tuple[Viseme, bool]]:
        count = sum(random.random() < share for _ in range(most))
        return [(consonants[int(random.integers(len(consonants)))], False) for _ in range(count)]

    return [*some(2, 0.55), (vowels[int(random.integers(len(vowels)))], True), *some(1, 0.35)]
