"""LogMel: sound as energies in frequency bands on the mel scale, as the voice network hears it.

    mel = LogMel()
    bands = mel(samples)            # (200 n,) samples at 24 kHz -> (n, 40), continuing from the call before

Source: S. Davis, P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition", 1980; the
mel scale as of D. O'Shaughnessy, "Speech communication", 1987: 1127 ln(1 + f / 700).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Samples a second: the lowest rate of which a frame of 1/60 s has a whole number.
RATE: Final = 24000
#: Samples between two spectra, 1/120 s, and of a spectrum's window, 25 ms.
HOP: Final = 200
WINDOW: Final = 600
BANDS: Final = 40
_FFT: Final = 1024
_LOW_HZ, _HIGH_HZ = 70.0, 7600.0
#: Below the noise of any microphone.
_FLOOR: Final = 1e-9
#: Shift and scale to about -1..1.
_MIDDLE, _SPREAD = -10.0, 6.0


class LogMel:
    """Keeps the samples of the window that the next ones continue."""

    def __init__(self) -> None:
        """Silence before the first sample."""
        self._kept = np.zeros(WINDOW - HOP, np.float32)

    def __call__(self, samples: NDArray[np.floating]) -> Floats:
        """The bands of the newest samples; a window ends with the last sample of its hop.

        Args:
            samples: (HOP n,), -1..1, at RATE.

        Returns:
            (n, BANDS) float32, about -1..1.
        """
        assert len(samples) % HOP == 0, f"{len(samples)} samples, expected a multiple of {HOP}"
        whole = np.concatenate([self._kept, np.asarray(samples, np.float32)])
        if not len(samples):
            return np.empty((0, BANDS), np.float32)
        self._kept = whole[-(WINDOW - HOP) :]
        windows = np.lib.stride_tricks.sliding_window_view(whole, WINDOW)[::HOP]
        power = np.square(np.abs(np.fft.rfft(windows * _TAPER, _FFT))).astype(np.float32)
        return np.asarray((np.log(power @ _FILTERS + _FLOOR) - _MIDDLE) / _SPREAD, np.float32)

    def reset(self) -> None:
        """Silence before the next sample."""
        self._kept = np.zeros(WINDOW - HOP, np.float32)


def _filters() -> Floats:
    """(frequencies, BANDS) triangular filters, evenly spaced on the mel scale, each with the sum 1."""
    frequencies = np.fft.rfftfreq(_FFT, 1.0 / RATE)
    low_mel, high_mel = (1127.0 * float(np.log1p(hz / 700.0)) for hz in (_LOW_HZ, _HIGH_HZ))
    edges = np.linspace(low_mel, high_mel, BANDS + 2)
    # a filter is at least as wide as three lines of the spectrum, else the lowest would be empty
    edges_hz = 700.0 * np.expm1(edges / 1127.0)
    line_hz = RATE / _FFT
    weights = np.empty((len(frequencies), BANDS))
    for band in range(BANDS):
        low, centre, high = edges_hz[band : band + 3]
        low, high = min(low, centre - 1.5 * line_hz), max(high, centre + 1.5 * line_hz)
        rise, fall = (frequencies - low) / (centre - low), (high - frequencies) / (high - centre)
        weights[:, band] = np.clip(np.minimum(rise, fall), 0.0, None)
    return np.asarray(weights / weights.sum(0), np.float32)


_FILTERS: Final = _filters()
#: The window's weights, scaled so that power is that of the samples.
_TAPER: Final = (np.hanning(WINDOW) / np.sqrt(np.sum(np.hanning(WINDOW) ** 2))).astype(np.float32)
