"""VoiceMood: how excited a voice is against its own average: arousal, and no valence.

    mood = VoiceMood(24000)
    mood(samples, activity)          # the newest 1/60 s -> arousal -1..1

Louder, higher, faster and brighter than this voice was on average is more aroused, and the other way round. It says nothing
about a voice in its first seconds, and nothing in silence or music. Whether a mood is pleasant cannot be told like this, so
nothing is claimed about it.

Source: K. Scherer, "Vocal communication of emotion: a review of research paradigms", Speech Communication 40, 2003, table
2: intensity, pitch, rate of articulation and high-frequency energy rise with arousal.
"""

from __future__ import annotations

from math import tanh
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.voiced_window import VoicedWindow

_STEP_S: Final = 1.0 / 60.0
#: From this activity on there is a voice.
_VOICE: Final = 0.5
#: Seconds of speech that now, and the average, are made of; before so many seconds the voice is not known.
_NOW_S: Final = 1.2
_AVERAGE_S: Final = 25.0
_KNOWN_S: Final = 4.0
#: In a pause the mood calms down over this time.
_CALM_S: Final = 1.5
#: Arousal follows what is heard over this time.
_SMOOTH_S: Final = 0.4
#: What counts as much more than usual: decibels, octaves, syllables a second, decibels; and the share of each.
_SCALES: Final = np.array([6.0, 0.33, 1.2, 5.0])
_SHARES: Final = np.array([0.32, 0.28, 0.20, 0.20])
#: Less than this is as usual.
_USUAL: Final = 0.08
#: A syllable's peak stands this far above the dips beside it, decibels, of the level over this time.
_DIP_DB: Final = 3.0
_SYLLABLE_S: Final = 0.04


class VoiceMood:
    """Belongs to one stream of sound.

    Attributes:
        arousal: -1..1, 0 = as usual.
    """

    def __init__(self, rate: int) -> None:
        """A voice that is not known yet; `rate` is in samples a second."""
        self.arousal = 0.0
        self._window = VoicedWindow(rate)
        self._now = np.full(4, np.nan)  # level, pitch, tempo, brightness
        self._average = np.full(4, np.nan)
        self._spoken_s = 0.0
        self._level_db = self._turn_db = -90.0
        self._is_rising = True

    def __call__(self, samples: NDArray[np.floating], activity: float) -> float:
        """Arousal after the newest 1/60 s.

        Args:
            samples: (N,), -1..1.
            activity: 0..1, how much of a voice the mouth hears in it.
        """
        self._window.push(samples)
        if activity < _VOICE:
            self.arousal *= 1.0 - _STEP_S / _CALM_S
            if abs(self.arousal) < 1e-3:
                self.arousal = 0.0
            return self.arousal
        self._spoken_s += _STEP_S
        octave = self._window.pitch_octave()
        level_db = self._window.level_db
        heard = np.array([level_db, np.nan, self._syllable(level_db) / _STEP_S, np.nan])
        if octave is not None:  # a consonant is bright and quiet whatever the mood
            heard[1], heard[3] = octave, self._window.bright_db()
        self._now = _followed(self._now, heard, _NOW_S)
        # the average is a plain mean until it has its length
        self._average = _followed(self._average, heard, min(max(self._spoken_s, _STEP_S), _AVERAGE_S))
        wanted = self._above_usual() if self._spoken_s >= _KNOWN_S else 0.0
        self.arousal += (wanted - self.arousal) * _STEP_S / _SMOOTH_S
        return self.arousal

    def _above_usual(self) -> float:
        """-1..1, all four together."""
        above = float(np.nansum(_SHARES * np.clip((self._now - self._average) / _SCALES, -2.0, 2.0)))
        size = max(abs(above) - _USUAL, 0.0)
        return tanh(1.5 * size) * (1.0 if above > 0.0 else -1.0)

    def _syllable(self, level_db: float) -> float:
        """1 where a syllable's peak has passed, else 0."""
        self._level_db += (level_db - self._level_db) * _STEP_S / (_SYLLABLE_S + _STEP_S)
        if self._is_rising:
            self._turn_db = max(self._turn_db, self._level_db)
            if self._level_db < self._turn_db - _DIP_DB:
                self._is_rising, self._turn_db = False, self._level_db
                return 1.0
        else:
            self._turn_db = min(self._turn_db, self._level_db)
            if self._level_db > self._turn_db + _DIP_DB:
                self._is_rising, self._turn_db = True, self._level_db
        return 0.0


def _followed(mean: NDArray[np.float64], heard: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """Running means over so many seconds; NaN in `heard` leaves one as it is."""
    first = np.isnan(mean)
    moved = mean + (heard - mean) * min(_STEP_S / seconds, 1.0)
    return np.where(np.isnan(heard), mean, np.where(first, heard, moved))
