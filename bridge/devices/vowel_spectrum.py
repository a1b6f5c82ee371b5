"""Which of five vowels a short piece of sound is, from the energies in its formants' bands. Pure.

    bank = VowelBank(rate)
    heard = bank(window)          # heard.weights: aa ih ou ee oh; heard.level_db

A vowel is told by its first resonances, the formants: each vowel's spectrum is worked out from them as a
chain of resonators, for three sizes of throat, and what is heard belongs to the spectra that it resembles. No
words are recognised, and consonants are only what lies between vowels.

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
#: F1, F2, F3 in Hz, of the English vowel that is nearest to the shape of that name.
FORMANTS_HZ: Final = {
    "aa": (730.0, 1090.0, 2440.0),  # "hod"
    "ih": (270.0, 2290.0, 3010.0),  # "heed"
    "ou": (300.0, 870.0, 2240.0),  # "who'd"
    "ee": (530.0, 1840.0, 2480.0),  # "head"
    "oh": (570.0, 840.0, 2410.0),  # "hawed"
}
#: Women's formants are about a sixth higher than men's, children's a third.
THROATS: Final = (1.0, 1.16, 1.33)
#: Long enough for two periods of a low voice.
WINDOW_S: Final = 0.032
_FOURTH_HZ: Final = 3500.0
_WIDTHS_HZ: Final = (60.0, 90.0, 150.0, 250.0)
_LOW_HZ: Final = 150.0
_HIGH_HZ: Final = 4000.0
_BANDS: Final = 26
#: What lies further below the loudest band says nothing.
_DEPTH_DB: Final = 36.0
#: How much more like one vowel than like another it must be to be that one alone.
_SHARPNESS: Final = 24.0
#: Likeness (a correlation) below the first is no vowel, above the second surely one.
_DOUBTFUL: Final = 0.35
_SURE: Final = 0.65
_SILENT: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class HeardVowel:
    """One piece of sound.

    Attributes:
        level_db: its loudness between 150 Hz and 4 kHz, dB of full scale: mains hum does not speak.
        weights: (5,) how much of each of VOWELS, 0..1; their sum is how surely it is a vowel at all.
    """

    level_db: float
    weights: FloatArray


class VowelBank:
    """The bands and the five spectra, worked out once for a sampling rate."""

    def __init__(self, rate: int) -> None:
        """Args:
        rate: samples a second, 8000 at least.
        """
        self.size = round(rate * WINDOW_S)
        self._window = np.hanning(self.size)
        frequencies = np.asarray(np.fft.rfftfreq(self.size, 1.0 / rate), np.float64)
        self._bands = _bands(frequencies)
        self._heard = (frequencies >= _LOW_HZ) & (frequencies <= _HIGH_HZ)
        self._scale = 2.0 / (self.size * float(np.sum(self._window**2)))
        # Voices fall by about 6 dB an octave when they leave the lips; this lifts them again.
        self._lift = (frequencies / 1000.0) ** 2
        spectra = [
            _standardised(np.log10(self._bands @ _resonance(frequencies, FORMANTS_HZ[vowel], throat)))
            for vowel in VOWELS
            for throat in THROATS
        ]
        self._spectra = np.array(spectra)  # (vowels x throats, bands)

    def __call__(self, window: NDArray[np.floating]) -> HeardVowel:
        """Judge `size` samples, -1..1."""
        samples = np.asarray(window, np.float64)
        power = np.abs(np.fft.rfft((samples - samples.mean()) * self._window)) ** 2
        level_db = 10.0 * float(np.log10(power[self._heard].sum() * self._scale + _SILENT))
        energies = self._bands @ (power * self._lift)
        heard = _standardised(np.log10(energies + _SILENT))
        likeness = (self._spectra @ heard).reshape(len(VOWELS), len(THROATS)).max(axis=1)
        best = float(likeness.max())
        certainty = min(max((best - _DOUBTFUL) / (_SURE - _DOUBTFUL), 0.0), 1.0)
        weights = np.exp(_SHARPNESS * (likeness - best))
        return HeardVowel(level_db, certainty * weights / weights.sum())


def _bands(frequencies: FloatArray) -> FloatArray:
    """(bands, frequencies) overlapping triangles, evenly spaced as the ear spaces them (mel)."""

    def mel(hz: FloatArray | float) -> FloatArray:
        return np.asarray(1127.0 * np.log1p(np.asarray(hz) / 700.0))

    edges = np.linspace(float(mel(_LOW_HZ)), float(mel(_HIGH_HZ)), _BANDS + 2)
    # At least two harmonics of a high voice wide, so that what is seen is the throat and not the pitch.
    reach = 2.0 * (edges[1] - edges[0])
    apart = np.abs(mel(frequencies)[None, :] - edges[1:-1, None])
    weights = np.clip(1.0 - apart / reach, 0.0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _resonance(frequencies: FloatArray, formants: tuple[float, ...], throat: float) -> FloatArray:
    """The power that a chain of resonators lets through, with the source's tilt already lifted."""
    power = np.ones_like(frequencies)
    for centre, width in zip((*formants, _FOURTH_HZ), _WIDTHS_HZ, strict=True):
        centre_hz, width_hz = centre * throat, width * throat
        # |H|^2 of a resonance pair, 1 at 0 Hz.
        pole = centre_hz**2 + (width_hz / 2) ** 2
        below = (pole - frequencies**2) ** 2 + (frequencies * width_hz) ** 2
        power = power * pole**2 / below
    return power


def _standardised(log_energies: FloatArray) -> FloatArray:
    """Of no particular loudness: mean 0, length 1, and nothing deeper than _DEPTH_DB."""
    floored = np.maximum(log_energies, log_energies.max() - _DEPTH_DB / 10.0)
    centred = floored - floored.mean()
    length = float(np.linalg.norm(centred))
    return np.asarray(centred / length if length > 0.0 else centred)
