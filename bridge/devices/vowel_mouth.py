"""VowelMouth: sound in, the mouth that makes it out, sixty times a second.

    mouth = VowelMouth(rate)
    coefficients = mouth(samples)        # the newest 1/60 s -> (52,), NaN where speech says nothing

What a vowel looks like is `protocol.osc.vrm`'s, the same as for VRM's clips aa ih ou ee oh; how loud it is opens
the jaw. From a sound to the mouth that shows half of it take `LATENCY_S`, the sound card's buffer not counted.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.vowel_spectrum import VOWELS, WINDOW_S, FloatArray, VowelBank
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.osc.vrm import PRESETS

FRAMES_A_SECOND: Final = 60
#: A mouth opens faster than it closes.
OPEN_S: Final = 0.025
CLOSE_S: Final = 0.060
#: Half the window that is looked at, and the time in which opening gets half-way.
LATENCY_S: Final = WINDOW_S / 2 + OPEN_S * 0.7

#: Loudness, dB of full scale: a room before anything was heard of it, and a voice.
_FIRST_FLOOR_DB: Final = -60.0
_FIRST_PEAK_DB: Final = -22.0
_LOWEST_FLOOR_DB: Final = -80.0
#: The room's noise is the quietest of late, the voice the loudest of late.
_FLOOR_RISES_DB_S: Final = 1.0
_PEAK_FALLS_DB_S: Final = 2.0
#: A voice stands this far above the noise; quieter is no voice. Its loudness spans this much.
_ABOVE_FLOOR_DB: Final = 10.0
_SPAN_DB: Final = 26.0
_LOWEST_VOICE_DB: Final = -52.0
_LOWEST_PEAK_DB: Final = -40.0


def _shapes() -> FloatArray:
    """(vowels, 52) what each vowel looks like at its loudest."""
    table = np.zeros((len(VOWELS), len(BLENDSHAPES)))
    for row, vowel in enumerate(VOWELS):
        for name, full in PRESETS[vowel].shapes.items():
            table[row, INDEX[name]] = full
    return table


_SHAPES: Final = _shapes()
#: What any vowel moves; the rest of the face is none of a microphone's business.
MOVED: Final = _SHAPES.any(axis=0)


class VowelMouth:
    """Remembers the last window, how loud room and voice are, and where the mouth is.

    Attributes:
        hop: how many samples make one frame.
        openness: 0..1, how loud the voice was in the last frame.
        weights: (5,) of VOWELS, smoothed, times openness.
    """

    def __init__(self, rate: int) -> None:
        self.hop = round(rate / FRAMES_A_SECOND)
        self.openness = 0.0
        self.weights = np.zeros(len(VOWELS))
        self._bank = VowelBank(rate)
        self._window = np.zeros(self._bank.size)
        self._floor_db = _FIRST_FLOOR_DB
        self._peak_db = _FIRST_PEAK_DB

    def __call__(self, samples: NDArray[np.floating]) -> FloatArray:
        """Take the newest `hop` samples, -1..1, and say what the mouth does: (52,)."""
        size = min(len(samples), len(self._window))
        self._window[:-size] = self._window[size:]
        self._window[-size:] = np.nan_to_num(np.clip(samples[-size:], -1.0, 1.0))
        heard = self._bank(self._window)
        self._listen(heard.level_db)
        gate_db = max(self._floor_db + _ABOVE_FLOOR_DB, self._peak_db - _SPAN_DB, _LOWEST_VOICE_DB)
        reach_db = max(self._peak_db - gate_db, 6.0)
        self.openness = min(max((heard.level_db - gate_db) / reach_db, 0.0), 1.0)
        # The square root: a vowel at half its loudness is not half open, but nearly.
        wanted = heard.weights * self.openness**0.5
        rate = np.where(wanted > self.weights, OPEN_S, CLOSE_S)
        self.weights = self.weights + (wanted - self.weights) * (1.0 - np.exp(-1.0 / FRAMES_A_SECOND / rate))
        return np.asarray(np.where(MOVED, np.clip(self.weights @ _SHAPES, 0.0, 1.0), np.nan))

    def _listen(self, level_db: float) -> None:
        """Follow the loudness of room and voice."""
        rise = _FLOOR_RISES_DB_S / FRAMES_A_SECOND
        self._floor_db = max(min(level_db, self._floor_db + rise), _LOWEST_FLOOR_DB)
        fall = _PEAK_FALLS_DB_S / FRAMES_A_SECOND
        self._peak_db = max(level_db, self._peak_db - fall, _LOWEST_PEAK_DB)
