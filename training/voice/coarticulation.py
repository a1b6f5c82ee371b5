"""Coarticulation: the mouth over time, from the sounds of an utterance.

    truth = mouth_of(spoken, 120.0)
    truth.controls           # (T, 11)

Each sound pulls every control towards its target with a dominance that falls off exponentially before and after it:

    F(t) = sum_s D_s(t) T_s / sum_s D_s(t),    D_s(t) = alpha_s exp(-|t - s| / reach_s)

Source: M. Cohen, D. Massaro, "Modeling coarticulation in synthetic visual speech", 1993, equations 1 to 4 (exponent
c = 1), smooth at a sound's border as in `studio.motion.speech`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.mouth_controls import CONTROLS
from protocol.visemes import VISEME_INDEX
from training.voice.phones import BREATH, SILENCE, Phone, parts_of
from training.voice.utterance import Utterance

Floats = NDArray[np.float32]

_ROUNDING_S: Final = 0.012
#: Controls that loudness scales: a decibel above the usual level of a vowel opens them by this share.
_LOUD: Final = np.array([control in ("jaw", "lower", "upper", "stretch") for control in CONTROLS])
_SHARE_DB: Final = 0.025
_LOUDNESS: Final = (0.75, 1.3)
_CLOSURE: Final = CONTROLS.index("closure")
_SHUT: Final = 1.1
#: A pause is silence when it is this long; a shorter one is a part of speaking, over which the mouth does not shut.
_SHORTEST_PAUSE_S: Final = 0.06
#: In a pause the mouth is at rest this long after the last sound, and this long before the next, which cannot be heard
#: yet.
_AT_REST_S: Final = 0.25
_BEFORE_S: Final = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class MouthTruth:
    """What the mouth does, T times.

    Attributes:
        controls: (T, 11) float32 0..1, `face.mouth_controls.CONTROLS`.
        viseme: (T,) uint8, number in `protocol.visemes.VISEMES`.
        speaks: (T,) bool: a sound, no pause.
    """

    controls: Floats
    viseme: NDArray[np.uint8]
    speaks: NDArray[np.bool_]


def mouth_of(spoken: Utterance, fps: float) -> MouthTruth:
    """The mouth at the times k / fps of an utterance, from 0 to its end."""
    timed = _timed(spoken)
    count = int(spoken.end_s * fps)
    time_s = np.arange(count) / fps
    weight = np.full((count, len(CONTROLS)), 1e-9)
    summed = np.zeros((count, len(CONTROLS)))
    viseme = np.zeros(count, np.uint8)
    moving = np.zeros(count)
    for phone, begin_s, end_s, loudness in timed:
        # beyond this no dominance is left
        first, last = (int(np.clip(round(s * fps), 0, count)) for s in (begin_s - 0.7, end_s + 0.7))
        near = slice(first, last)
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
    return MouthTruth(controls.astype(np.float32), viseme, np.asarray(viseme != VISEME_INDEX["sil"]))


def _timed(spoken: Utterance) -> list[tuple[Phone, float, float, float]]:
    """Phone, begin, end and loudness of each part of each sound."""
    found: list[tuple[Phone, float, float, float]] = []
    for sound in spoken.sounds:
        seconds = sound.end_s - sound.begin_s
        if seconds <= 0.0:
            continue
        parts = parts_of(sound.ipa)
        if not parts and (seconds >= _SHORTEST_PAUSE_S or not found):
            found.append((SILENCE, sound.begin_s, sound.end_s, 1.0))
        elif not parts:
            phone, begin_s, _, loudness = found[-1]
            found[-1] = (phone, begin_s, sound.end_s, loudness)
        begin_s = sound.begin_s
        for phone, share in parts:
            found.append((phone, begin_s, begin_s + share * seconds, 1.0))
            begin_s += share * seconds
    levels = [
        _level_db(spoken, begin_s, end_s) if phone.is_vowel else np.nan for phone, begin_s, end_s, _ in found
    ]
    usual_db = float(np.nanmedian(levels)) if np.isfinite(levels).any() else 0.0
    for number, level_db in enumerate(levels):
        phone, begin_s, end_s, loudness = found[number]
        if np.isfinite(level_db):
            loudness = float(np.clip(1.0 + _SHARE_DB * (level_db - usual_db), *_LOUDNESS))
        if phone is BREATH:
            following = next((one for one, *_ in found[number + 1 :] if one is not BREATH), BREATH)
            viseme = BREATH.viseme if following is SILENCE else following.viseme
            phone = Phone(viseme, BREATH.targets, BREATH.dominance, BREATH.reach_s)
        found[number] = (phone, begin_s, end_s, loudness)
    return found


def _level_db(spoken: Utterance, begin_s: float, end_s: float) -> float:
    part = spoken.samples[int(begin_s * spoken.rate) : int(end_s * spoken.rate)]
    if not len(part):
        return float("nan")
    return 10.0 * float(np.log10(np.mean(np.square(part, dtype=np.float64)) + 1e-9))
