"""Coarticulation: what the mouth does at given times, from the sounds around them.

    mouth = blended([TimedPhone(PHONES["p"], 0.0, 0.08), TimedPhone(PHONES["a"], 0.08, 0.2)], np.array([0.05]))
    mouth.controls           # (1, 11)

Each sound pulls every control towards its target with a dominance that falls off exponentially before and after it:

    F(t) = sum_s D_s(t) T_s / sum_s D_s(t),    D_s(t) = alpha_s exp(-|t - s| / reach_s)

Source: M. Cohen, D. Massaro, "Modeling coarticulation in synthetic visual speech", 1993, equations 1 to 4 (exponent
c = 1), smooth at a sound's border as in `studio.motion.speech`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from face.mouth_controls import CONTROLS
from face.phones import SILENCE, Phone

#: A sound has no effect further away than this.
REACH_S: Final = 0.7
_ROUNDING_S: Final = 0.012
#: Controls that loudness scales.
_LOUD: Final = np.array([control in ("jaw", "lower", "upper", "stretch") for control in CONTROLS])
_CLOSURE: Final = CONTROLS.index("closure")
_SHUT: Final = 1.1
#: In a pause the mouth is at rest this long after the last sound, and this long before the next, which cannot be heard
#: yet.
_AT_REST_S: Final = 0.25
_BEFORE_S: Final = 0.08


class TimedPhone(NamedTuple):
    """A sound of speech and its time; `loudness` is about 1."""

    phone: Phone
    begin_s: float
    end_s: float
    loudness: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class BlendedMouth:
    """What the mouth does at T times.

    Attributes:
        controls: (T, 11) float64 0..1, `face.mouth_controls.CONTROLS`.
        viseme: (T,) uint8, number in `protocol.visemes.VISEMES`; 0 = silence.
        moving: (T,) float64 0..1: 1 near a sound, 0 in a pause.
    """

    controls: NDArray[np.float64]
    viseme: NDArray[np.uint8]
    moving: NDArray[np.float64]


def blended(timed: Sequence[TimedPhone], time_s: NDArray[np.float64]) -> BlendedMouth:
    """The mouth at given times.

    Args:
        timed: in the order of time.
        time_s: (T,), rising.
    """
    count = len(time_s)
    weight = np.full((count, len(CONTROLS)), 1e-9)
    summed = np.zeros((count, len(CONTROLS)))
    viseme = np.zeros(count, np.uint8)
    moving = np.zeros(count)
    for phone, begin_s, end_s, loudness in timed:
        # beyond this no dominance is left
        first, last = np.searchsorted(time_s, (begin_s - REACH_S, end_s + REACH_S))
        if first == last:
            continue
        near = slice(int(first), int(last))
        at_s = time_s[near]
        outside_s = np.maximum(np.maximum(begin_s - at_s, at_s - end_s), 0.0)
        away = (np.hypot(outside_s, _ROUNDING_S) - _ROUNDING_S)[:, None] / phone.reach_s
        dominance = phone.dominance * np.exp(-away)
        weight[near] += dominance
        summed[near] += dominance * np.where(_LOUD, np.minimum(phone.targets * loudness, 1.0), phone.targets)
        inside = (at_s >= begin_s) & (at_s < end_s)
        viseme[near][inside] = phone.viseme
        if phone is not SILENCE:
            rest_s = np.where(at_s < begin_s, _BEFORE_S, _AT_REST_S)
            moving[near] = np.maximum(moving[near], np.clip(1.5 - 1.5 * outside_s / rest_s, 0.0, 1.0))
    controls = summed / weight
    # the exponentials have no end; a mouth at rest is shut
    controls *= moving[:, None]
    # neighbours hold a little against the strongest closure, but lips that meet are shut
    controls[:, _CLOSURE] = np.minimum(controls[:, _CLOSURE] * _SHUT, 1.0)
    return BlendedMouth(controls, viseme, moving)
