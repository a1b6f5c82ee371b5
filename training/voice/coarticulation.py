"""Coarticulation: the mouth over time, from the sounds of an utterance, by `face.coarticulation`.

truth = mouth_of(spoken, 120.0)
truth.controls           # (T, 11)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.coarticulation import TimedPhone, blended
from face.phones import BREATH, SILENCE, Phone, parts_of
from protocol.visemes import VISEME_INDEX
from training.voice.utterance import Utterance

Floats = NDArray[np.float32]

#: A decibel above the usual level of a vowel opens the mouth by this share.
_SHARE_DB: Final = 0.025
_LOUDNESS: Final = (0.75, 1.3)
#: A pause is silence when it is this long; a shorter one is a part of speaking, over which the mouth does not shut.
_SHORTEST_PAUSE_S: Final = 0.06


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
    count = int(spoken.end_s * fps)
    made = blended(_timed(spoken), np.arange(count) / fps)
    speaks = np.asarray(made.viseme != VISEME_INDEX["sil"])
    return MouthTruth(made.controls.astype(np.float32), made.viseme, speaks)


def _timed(spoken: Utterance) -> list[TimedPhone]:
    """Phone, begin, end and loudness of each part of each sound."""
    found: list[TimedPhone] = []
    for sound in spoken.sounds:
        seconds = sound.end_s - sound.begin_s
        if seconds <= 0.0:
            continue
        parts = parts_of(sound.ipa)
        if not parts and (seconds >= _SHORTEST_PAUSE_S or not found):
            found.append(TimedPhone(SILENCE, sound.begin_s, sound.end_s))
        elif not parts:
            phone, begin_s, _, loudness = found[-1]
            found[-1] = TimedPhone(phone, begin_s, sound.end_s, loudness)
        begin_s = sound.begin_s
        for phone, share in parts:
            found.append(TimedPhone(phone, begin_s, begin_s + share * seconds))
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
        found[number] = TimedPhone(phone, begin_s, end_s, loudness)
    return found


def _level_db(spoken: Utterance, begin_s: float, end_s: float) -> float:
    part = spoken.samples[int(begin_s * spoken.rate) : int(end_s * spoken.rate)]
    if not len(part):
        return float("nan")
    return 10.0 * float(np.log10(np.mean(np.square(part, dtype=np.float64)) + 1e-9))
