"""Spectra: another head, voice, room and microphone for the spectra of a crop, in every batch anew.

    bands = varied(spectra, viseme, random)

What separates one synthesizer from another is varied here, so that the network cannot lean on it: where the formants lie
and how sharp they are, the slope of the spectrum, what is heard in the closure of a stop and how loud its burst is, how
long a room rings, and how clean the sound is. The times of the sounds stay.

Source: N. Jaitly, G. Hinton, "Vocal tract length perturbation improves speech recognition", 2013 (the stretched axis);
D. Park et al., "SpecAugment", 2019 (masked bands).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import BANDS, HOP, RATE
from protocol.visemes import VISEME_INDEX

Floats = NDArray[np.float32]
Random = np.random.Generator

#: A band's unit is 6 of the natural logarithm of the power, 26 dB.
_UNIT_DB: Final = 26.06
#: Standard deviations of the loudness, and of the colour at _KNOTS places of the axis and of its slope from end to end.
_LOUDER: Final = 0.25
_COLOUR, _SLOPE, _KNOTS = 0.15, 0.12, 6
#: Standard deviations of the spectrum's shift in bands, of its stretch, and of what single formants move besides.
_SHIFT, _STRETCH, _FORMANTS = 0.8, 0.035, 0.5
#: Standard deviation of the logarithm of how sharp formants are; they are what differs from the mean over this many bands.
_SHARPER, _SMOOTH_BANDS = 0.3, 9
#: Share of the crops with one more background noise, and of those that lack some bands, and how many at most.
_FLOORED: Final = 0.4
_MASKED, _MASK_BANDS = 0.3, 8
#: Share of the crops in a room that rings; decibels of its sound below the direct one; seconds to fall by 60 dB.
_RINGING: Final = 0.35
_RING_DB, _RING_S = (9.0, 26.0), (0.1, 0.6)
#: Share of the crops that are grainy, and by how much at most.
_GRAINY, _GRAIN = 0.5, 0.10
#: Share of the crops whose stops are changed; steps of a burst; its change, a standard deviation; how many lose it.
_STOPPED: Final = 0.5
_BURST_STEPS, _BURST, _BURSTLESS = 4, 0.3, 0.2
#: What is heard of the sound before in a closure, decibels below it, and how fast that falls, decibels a second.
_LEAK_DB, _LEAK_FALL = (14.0, 45.0), (0.0, 400.0)
#: Bands of a voice bar, and its level below the sound before, decibels.
_BAR_BANDS, _BAR_DB = 5, (4.0, 30.0)
_STOPS: Final = np.array([VISEME_INDEX[name] for name in ("PP", "DD", "kk")])
_STEP_S: Final = HOP / RATE


def varied(spectra: Floats, viseme: NDArray[np.integer], random: Random) -> Floats:
    """Spectra of the same sounds, spoken by somebody else elsewhere.

    Args:
        spectra: (T, BANDS) as of `bridge.devices.log_mel`, 120 a second.
        viseme: (T,) the true ones of the same moments.

    Returns:
        (T, BANDS) float32.
    """
    made = spectra
    if random.random() < _STOPPED:
        made = _with_other_stops(made, viseme, random)
    made = _moved(made, random)
    made = _sharpened(made, float(np.exp(random.normal(0.0, _SHARPER))))
    axis = np.linspace(0.0, 1.0, BANDS)
    curve = np.interp(axis, np.linspace(0.0, 1.0, _KNOTS), random.normal(0.0, _COLOUR, _KNOTS))
    curve = curve + random.normal(0.0, _SLOPE) * (axis - 0.5) + random.normal(0.0, _LOUDER)
    made = made + curve.astype(np.float32)
    if random.random() < _RINGING:
        made = _ringing(made, random.uniform(*_RING_DB), random.uniform(*_RING_S))
    if random.random() < _FLOORED:
        floor = np.quantile(made, random.uniform(0.02, 0.45)) + random.normal(0.0, 0.15, BANDS)
        grain = random.standard_normal(made.shape, np.float32) * np.float32(0.08)
        made = np.maximum(made, floor.astype(np.float32) + grain)
    if random.random() < _GRAINY:
        made = made + random.standard_normal(made.shape, np.float32) * np.float32(random.uniform(0.0, _GRAIN))
    if random.random() < _MASKED:
        width = int(random.integers(1, _MASK_BANDS + 1))
        low = int(random.integers(0, BANDS - width))
        made = made.copy()
        made[:, low : low + width] = made.mean()
    return np.asarray(made, np.float32)


def _moved(spectra: Floats, random: Random) -> Floats:
    """A longer or a shorter vocal tract moves all formants on the mel scale, another head each of them a little."""
    axis = np.arange(BANDS, dtype=np.float64)
    bend = np.interp(axis, np.linspace(0.0, BANDS - 1.0, _KNOTS), random.normal(0.0, _FORMANTS, _KNOTS))
    places = axis * (1.0 + random.normal(0.0, _STRETCH)) + random.normal(0.0, _SHIFT) + bend
    places = np.clip(places, 0.0, BANDS - 1.001)
    whole = places.astype(np.int64)
    share = (places - whole).astype(np.float32)
    return np.asarray(spectra[:, whole] * (1.0 - share) + spectra[:, whole + 1] * share, np.float32)


def _sharpened(spectra: Floats, factor: float) -> Floats:
    """Formants that are sharper, above 1, or wider: the difference from the spectrum's smooth course."""
    half = _SMOOTH_BANDS // 2
    padded = np.pad(spectra, ((0, 0), (half + 1, half)), mode="edge")
    sums = np.cumsum(padded, axis=1)
    smooth = (sums[:, _SMOOTH_BANDS:] - sums[:, :-_SMOOTH_BANDS]) / _SMOOTH_BANDS
    return np.asarray(smooth + (spectra - smooth) * np.float32(factor), np.float32)


def _ringing(spectra: Floats, below_db: float, seconds: float) -> Floats:
    """With a room's tail, which falls by 60 dB in `seconds`."""
    fall = np.float32(60.0 / _UNIT_DB * _STEP_S / seconds)
    falls = fall * np.arange(len(spectra), dtype=np.float32)[:, None]
    tail = np.maximum.accumulate(spectra - np.float32(below_db / _UNIT_DB) + falls, axis=0) - falls
    return np.asarray(np.maximum(spectra, tail), np.float32)


def _with_other_stops(spectra: Floats, viseme: NDArray[np.integer], random: Random) -> Floats:
    """Closures in which something is heard, and bursts that are louder, fainter or missing."""
    made = spectra.copy()
    leak_db, bar_db = random.uniform(*_LEAK_DB), random.uniform(*_BAR_DB)
    fall_db = random.uniform(*_LEAK_FALL)
    is_stop = np.isin(viseme, _STOPS)
    edges = np.flatnonzero(np.diff(viseme.astype(np.int64)) != 0) + 1
    for begin, end in pairwise(edges.tolist()):
        if not is_stop[begin]:
            continue
        before, quietest = spectra[max(begin - 2, 0)], spectra[begin:end].min(axis=0)
        # what is left of the sound before
        falling_db = leak_db + fall_db * _STEP_S * np.arange(end - begin)
        made[begin:end] = np.maximum(
            made[begin:end], before - (falling_db / _UNIT_DB).astype(np.float32)[:, None]
        )
        if random.random() < 0.5:  # a voice that goes on behind shut lips
            bar = before[:_BAR_BANDS] - np.float32(bar_db / _UNIT_DB)
            made[begin:end, :_BAR_BANDS] = np.maximum(made[begin:end, :_BAR_BANDS], bar)
        # the last steps hold the burst
        burst = slice(max(begin, end - _BURST_STEPS // 2), min(end + _BURST_STEPS // 2, len(made)))
        if random.random() < _BURSTLESS:
            made[burst.start : end] = np.minimum(made[burst.start : end], quietest + np.float32(0.1))
        else:
            made[burst] += np.float32(random.normal(0.0, _BURST))
    return made
