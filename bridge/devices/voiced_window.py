"""VoicedWindow: the newest 36 ms of a voice: its level, pitch and how bright it is.

    window = VoicedWindow(48000)
    window.push(samples)
    window.level_db, window.pitch_octave(), window.bright_db()

Source: pitch is the first peak of the autocorrelation, L. Rabiner, IEEE Trans. ASSP 25, 1977.
"""

from __future__ import annotations

from math import log2, log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Pitch of voices, and the window that holds two periods of the lowest.
_PITCH_HZ: Final = (75.0, 420.0)
_WINDOW_S: Final = 0.036
#: A window is periodic from this share of its energy on.
_PERIODIC: Final = 0.5
#: Bright is what lies above the first frequency, up to the second, against what lies below.
_BRIGHT_HZ: Final = 1000.0
_DARK_HZ, _HIGHEST_HZ = 80.0, 5000.0


class VoicedWindow:
    """Belongs to one stream of sound."""

    def __init__(self, rate: int) -> None:
        """Silence; `rate` is in samples a second."""
        self._rate = rate
        self._window = np.zeros(round(rate * _WINDOW_S))
        self._taper = np.hanning(len(self._window))
        self._size = 2 ** int(np.ceil(np.log2(2 * len(self._window))))
        self._shortest, self._longest = (round(rate / hz) for hz in reversed(_PITCH_HZ))
        hertz = np.fft.rfftfreq(self._size, 1.0 / rate)
        self._dark = (hertz >= _DARK_HZ) & (hertz < _BRIGHT_HZ)
        self._bright = (hertz >= _BRIGHT_HZ) & (hertz < _HIGHEST_HZ)

    def push(self, samples: NDArray[np.floating]) -> None:
        """Take the newest samples, (N,), -1..1."""
        size = min(len(samples), len(self._window))
        if size:
            self._window[:-size] = self._window[size:]
            self._window[-size:] = np.nan_to_num(np.clip(samples[-size:], -1.0, 1.0))

    @property
    def level_db(self) -> float:
        """Decibels of full scale; -90 in silence."""
        return 10.0 * log10(float(np.mean(np.square(self._window))) + 1e-9)

    def pitch_octave(self) -> float | None:
        """The pitch as a logarithm to base 2 of its hertz; None = it has none."""
        echo = np.fft.irfft(self._power())
        if echo[0] <= 1e-9:
            return None
        # the taper makes long periods look weaker than they are
        found = echo[self._shortest : self._longest + 1] / echo[0]
        lag = int(np.argmax(found)) + self._shortest
        share = 1.0 - lag / len(self._window)
        return log2(self._rate / lag) if found[lag - self._shortest] > _PERIODIC * share else None

    def bright_db(self) -> float:
        """Energy above 1 kHz against the energy below, decibels: an effort of the voice raises it."""
        power = self._power()
        return 10.0 * log10(
            (float(power[self._bright].sum()) + 1e-9) / (float(power[self._dark].sum()) + 1e-9)
        )

    def _power(self) -> NDArray[np.float64]:
        spectrum = np.fft.rfft((self._window - self._window.mean()) * self._taper, self._size)
        return np.asarray(np.abs(spectrum) ** 2)
