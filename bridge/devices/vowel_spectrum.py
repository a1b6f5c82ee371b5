"""VowelBank: recognises five vowels in a short window of sound, by the energies in frequency bands. Pure.

    bank = VowelBank(rate)
    heard = bank(window)          # heard.weights: aa ih ou ee oh; heard.level_db

A vowel is recognised by its formants, the first resonances of the vocal tract. Each vowel's spectrum is computed
from its formants as a chain of resonators, for three lengths of vocal tract, and correlated with the sound's. Words
and consonants are not recognised.

Sources: formants: G. E. Peterson, H. L. Barney, "Control methods used in a study of the vowels", J. Acoust.
Soc. Am. 24, 1952, table II, men; resonators: D. H. Klatt, J. Acoust. Soc. Am. 67, 1980, equation 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

VOWELS: Final = ("aa", "ih", "ou", "ee", "oh")
#: F1, F2, F3 in Hz of the English vowel nearest to the mouth shape of that name.
FORMANTS_HZ: Final = {
    "aa": (730.0, 1090.0, 2440.0),  # "hod"
    "ih": (270.0, 2290.0, 3010.0),  # "heed"
    "ou": (300.0, 870.0, 2240.0),  # "who'd"
    "ee": (530.0, 1840.0, 2480.0),  # "head"
    "oh": (570.0, 840.0, 2410.0),  # "hawed"
}
#: Factors of the formants: women's are about a sixth higher than men's, children's a third.
TRACT_FACTORS: Final = (1.0, 1.16, 1.33)
#: The analysis window: two periods of a low voice.
WINDOW_S: Final = 0.032
_FOURTH_HZ: Final = 3500.0
_WIDTHS_HZ: Final = (60.0, 90.0, 150.0, 250.0)
_LOW_HZ: Final = 150.0
_HIGH_HZ: Final = 4000.0
_BANDS: Final = 26
#: Bands further below the loudest one are cut off.
_DEPTH_DB: Final = 36.0
#: Softmax sharpness: how quickly the most similar vowel outweighs the others.
_SHARPNESS: Final = 24.0
#: A correlation below the first is no vowel, above the second certainly one.
_DOUBTFUL: Final = 0.35
_SURE: Final = 0.65
_SILENT: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class HeardVowel:
    """The result of one window.

    Attributes:
        level_db: loudness between 150 Hz and 4 kHz, which leaves out mains hum, in dB of full scale.
        weights: (5,) float64, 0..1 for each of VOWELS; their sum is the certainty that it is a vowel.
    """

    level_db: float
    weights: FloatArray


class VowelBank:
    """The frequency bands and the vowels' spectra at one sampling rate."""

    def __init__(self, rate: int) -> None:
        """Compute the bands and spectra.

        Args:
            rate: samples per second, 8000 at least.
        """
        self.size = round(rate * WINDOW_S)
        self._window = np.hanning(self.size)
        frequencies = np.asarray(np.fft.rfftfreq(self.size, 1.0 / rate), np.float64)
        self._bands = _bands(frequencies)
        self._heard = (frequencies >= _LOW_HZ) & (frequencies <= _HIGH_HZ)
        self._scale = 2.0 / (self.size * float(np.sum(self._window**2)))
        # Speech falls by about 6 dB per octave; this pre-emphasis compensates for it.
        self._lift = (frequencies / 1000.0) ** 2
        spectra = [
            _standardised(np.log10(self._bands @ _resonance(frequencies, FORMANTS_HZ[vowel], tract)))
            for vowel in VOWELS
            for tract in TRACT_FACTORS
        ]
        self._spectra = np.array(spectra)  # (vowels x tracts, bands)

    def __call__(self, window: NDArray[np.floating]) -> HeardVowel:
        """Analyse one window.

        Args:
            window: (size,) samples, -1..1.
        """
        samples = np.asarray(window, np.float64)
        power = np.abs(np.fft.rfft((samples - samples.mean()) * self._window)) ** 2
        level_db = 10.0 * float(np.log10(power[self._heard].sum() * self._scale + _SILENT))
        energies = self._bands @ (power * self._lift)
        heard = _standardised(np.log10(energies + _SILENT))
        correlation = (self._spectra @ heard).reshape(len(VOWELS), len(TRACT_FACTORS)).max(axis=1)
        best = float(correlation.max())
        certainty = min(max((best - _DOUBTFUL) / (_SURE - _DOUBTFUL), 0.0), 1.0)
        weights = np.exp(_SHARPNESS * (correlation - best))
        return HeardVowel(level_db, certainty * weights / weights.sum())


def _bands(frequencies: FloatArray) -> FloatArray:
    """(bands, frequencies) overlapping triangular filters, evenly spaced on the mel scale."""

    def mel(hz: FloatArray | float) -> FloatArray:
        return np.asarray(1127.0 * np.log1p(np.asarray(hz) / 700.0))

    edges = np.linspace(float(mel(_LOW_HZ)), float(mel(_HIGH_HZ)), _BANDS + 2)
    # Each filter spans at least two harmonics of a high voice, so that the pitch does not matter.
    reach = 2.0 * (edges[1] - edges[0])
    apart = np.abs(mel(frequencies)[None, :] - edges[1:-1, None])
    weights = np.clip(1.0 - apart / reach, 0.0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _resonance(frequencies: FloatArray, formants: tuple[float, ...], tract: float) -> FloatArray:
    """(frequencies,) power response of a chain of resonators; the pre-emphasis is contained already."""
    power = np.ones_like(frequencies)
    for centre, width in zip((*formants, _FOURTH_HZ), _WIDTHS_HZ, strict=True):
        centre_hz, width_hz = centre * tract, width * tract
        # |H|^2 of a resonance pair, 1 at 0 Hz.
        pole = centre_hz**2 + (width_hz / 2) ** 2
        below = (pole - frequencies**2) ** 2 + (frequencies * width_hz) ** 2
        power = power * pole**2 / below
    return power


def _standardised(log_energies: FloatArray) -> FloatArray:
    """Normalise log energies: cut off at _DEPTH_DB below the loudest, mean 0, length 1."""
    floored = np.maximum(log_energies, log_energies.max() - _DEPTH_DB / 10.0)
    centred = floored - floored.mean()
    length = float(np.linalg.norm(centred))
    return np.asarray(centred / length if length > 0.0 else centred)
