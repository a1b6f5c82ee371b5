"""VowelMouth: sound -> mouth coefficients by vowel and loudness, sixty times a second.

    mouth = VowelMouth(rate)
    coefficients = mouth(samples)        # the newest 1/60 s -> (52,), NaN where speech moves nothing

The mouth shape of a vowel is that of VRM's clips aa ih ou ee oh (`protocol.osc.vrm`); loudness opens the jaw. The
mouth reaches half of its movement `LATENCY_S` after the sound, without the sound card's buffer.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.vowel_spectrum import VOWELS, WINDOW_S, FloatArray, VowelBank
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.osc.vrm import PRESETS

FRAMES_A_SECOND: Final = 60
#: Time constants of opening and closing: a mouth opens faster than it closes.
OPEN_S: Final = 0.025
CLOSE_S: Final = 0.060
#: Half the analysis window, and the time to half of the opening.
LATENCY_S: Final = WINDOW_S / 2 + OPEN_S * 0.7

#: Loudness in dB of full scale: initial estimates of the room's noise and of the voice.
_FIRST_FLOOR_DB: Final = -60.0
_FIRST_PEAK_DB: Final = -22.0
_LOWEST_FLOOR_DB: Final = -80.0
#: The noise estimate follows the lowest recent level and rises slowly, the voice the highest and falls slowly.
_FLOOR_RISES_DB_S: Final = 1.0
_PEAK_FALLS_DB_S: Final = 2.0
#: A voice is at least this far above the noise; and its loudness spans this much.
_ABOVE_FLOOR_DB: Final = 10.0
_SPAN_DB: Final = 26.0
_LOWEST_VOICE_DB: Final = -52.0
_LOWEST_PEAK_DB: Final = -40.0


def _shapes() -> FloatArray:
    """(vowels, 52) coefficients 0..1 of each vowel at full loudness."""
    table = np.zeros((len(VOWELS), len(BLENDSHAPES)))
    for row, vowel in enumerate(VOWELS):
        for name, full in PRESETS[vowel].shapes.items():
            table[row, INDEX[name]] = full
    return table


_SHAPES: Final = _shapes()
#: (52,) bool: the coefficients that any vowel moves.
MOVED: Final = _SHAPES.any(axis=0)


class VowelMouth:
    """Keeps the last window of sound, the loudness of room and voice, and the mouth's position. A `mouths.Mouth`.

    Attributes:
        hop: samples per frame.
        openness: 0..1, loudness of the voice in the last frame.
        weights: (5,) float64 weights of VOWELS, smoothed, times openness.
    """

    title = "five vowels by their formants"
    names = VOWELS
    latency_s = LATENCY_S

    def __init__(self, rate: int) -> None:
        """A closed mouth; `rate` is in samples per second, 8000 at least."""
        self.hop = round(rate / FRAMES_A_SECOND)
        self.openness = 0.0
        self.weights = np.zeros(len(VOWELS))
        self._bank = VowelBank(rate)
        self._window = np.zeros(self._bank.size)
        self._floor_db = _FIRST_FLOOR_DB
        self._peak_db = _FIRST_PEAK_DB

    def __call__(self, samples: NDArray[np.floating]) -> FloatArray:
        """The mouth after the newest samples.

        Args:
            samples: (hop,), -1..1.

        Returns:
            (52,) float64 coefficients 0..1 in the order of `BLENDSHAPES`, NaN outside `MOVED`.
        """
        size = min(len(samples), len(self._window))
        self._window[:-size] = self._window[size:]
        self._window[-size:] = np.nan_to_num(np.clip(samples[-size:], -1.0, 1.0))
        heard = self._bank(self._window)
        self._follow_loudness(heard.level_db)
        gate_db = max(self._floor_db + _ABOVE_FLOOR_DB, self._peak_db - _SPAN_DB, _LOWEST_VOICE_DB)
        reach_db = max(self._peak_db - gate_db, 6.0)
        self.openness = min(max((heard.level_db - gate_db) / reach_db, 0.0), 1.0)
        # The square root: at half the loudness a mouth is more than half open.
        wanted = heard.weights * self.openness**0.5
        rate = np.where(wanted > self.weights, OPEN_S, CLOSE_S)
        self.weights = self.weights + (wanted - self.weights) * (1.0 - np.exp(-1.0 / FRAMES_A_SECOND / rate))
        return np.asarray(np.where(MOVED, np.clip(self.weights @ _SHAPES, 0.0, 1.0), np.nan))

    @property
    def activity(self) -> float:
        """0..1, how much of a voice was in the last frame."""
        return min(float(self.weights.sum()), 1.0)

    def _follow_loudness(self, level_db: float) -> None:
        """Update the estimates of the noise and of the voice's loudness."""
        rise = _FLOOR_RISES_DB_S / FRAMES_A_SECOND
        self._floor_db = max(min(level_db, self._floor_db + rise), _LOWEST_FLOOR_DB)
        fall = _PEAK_FALLS_DB_S / FRAMES_A_SECOND
        self._peak_db = max(level_db, self._peak_db - fall, _LOWEST_PEAK_DB)
