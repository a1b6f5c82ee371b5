"""VoiceGestures: what head, brows and lids do with a voice: nods and raised brows on stressed syllables, blinks at pauses.

    gestures = VoiceGestures(rate)
    made = gestures(samples, activity)         # the newest 1/60 s -> Gesture

Rules, nothing learned: loudness above the usual makes a nod, a pitch above the usual raises the brows, and the end of a
phrase blinks. Deterministic: the same sound moves the same head. Without a voice all of it comes to rest.

Sources: H. Graf et al., "Visual prosody: facial movements accompanying speech", FG 2002 (nods and brows on accents, about
0.3 s); blinks at the end of phrases: T. Nakano, S. Kitazawa, Exp. Brain Res. 205, 2010.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.voiced_window import VoicedWindow

FRAMES_A_SECOND: Final = 60
_STEP_S: Final = 1.0 / FRAMES_A_SECOND
#: A voice is there from this activity on, and has ended after so long below it.
_VOICE: Final = 0.3
_PHRASE_END_S: Final = 0.15
#: A phrase that was shorter ends without a blink; and there is at most one blink in this time.
_PHRASE_S: Final = 0.5
_BLINKS_S: Final = 1.2
#: An accent is so many decibels, or semitones, above the mean of the last seconds; a nod or brow has grown at twice that.
_ACCENT_DB: Final = 3.0
_ACCENT_SEMITONES: Final = 3.0
_MEAN_S: Final = 2.5
_APART_S: Final = 0.45
#: Voiced frames before which nothing is usual: the window has to fill.
_SETTLING: Final = 6
#: Size and duration of a nod, of raised brows, of a blink's closing and opening.
_NOD_RAD: Final = 0.055
_NOD_S: Final = 0.42
_BROW: Final = 0.45
_BROW_S: Final = 0.5
_SHUT_S, _OPEN_S = 0.08, 0.16
#: Slow sway while somebody speaks: (radians, hertz) of incommensurate sines for yaw and roll.
_YAW: Final = ((0.018, 0.23), (0.011, 0.61))
_ROLL: Final = ((0.010, 0.31), (0.006, 0.83))
_SWAY_S: Final = 0.8


@dataclass(frozen=True, slots=True)
class Gesture:
    """Angles in radians with the signs of the pose layer; `brow` and `blink` are coefficients 0..1.

    Attributes:
        yaw, pitch, roll: of the head. brow: of browInnerUp and the outer ones. blink: of both lids.
        is_at_rest: whether all of it is 0.
    """

    yaw: float
    pitch: float
    roll: float
    brow: float
    blink: float

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing moves."""
        return max(abs(self.yaw), abs(self.pitch), abs(self.roll), self.brow, self.blink) < 1e-4


class VoiceGestures:
    """Keeps the usual loudness and pitch, and the gestures under way. Belongs to one stream of sound."""

    def __init__(self, rate: int) -> None:
        """A head at rest; `rate` is in samples a second."""
        self._window = VoicedWindow(rate)
        self._time_s = 0.0
        self._usual_db = self._usual_octave = float("nan")
        self._spoken_s = self._quiet_s = 0.0
        self._voiced = 0  # frames so far
        self._sway = 0.0
        self._nod = self._brow = self._blink = (float("-inf"), 0.0)  # when it began, and its size

    def __call__(self, samples: NDArray[np.floating], activity: float) -> Gesture:
        """The gestures after the newest 1/60 s.

        Args:
            samples: (N,), -1..1.
            activity: 0..1, how much of a voice the mouth hears in it.
        """
        self._time_s += _STEP_S
        self._window.push(samples)
        if activity >= _VOICE:
            self._hear()
        elif self._quiet_s < _PHRASE_END_S <= self._quiet_s + _STEP_S:
            self._end_phrase()
        is_voice = activity >= _VOICE
        self._spoken_s = self._spoken_s + _STEP_S if is_voice else self._spoken_s
        self._quiet_s = 0.0 if is_voice else self._quiet_s + _STEP_S
        target = 1.0 if self._quiet_s < _PHRASE_END_S and self._spoken_s > 0.0 else 0.0
        self._sway += (target - self._sway) * _STEP_S / _SWAY_S
        if target == 0.0 and self._sway < 1e-3:
            self._sway = 0.0
        return Gesture(
            yaw=self._sway * _sines(_YAW, self._time_s),
            pitch=-_bump(self._time_s, self._nod, _NOD_S),
            roll=self._sway * _sines(_ROLL, self._time_s),
            brow=_bump(self._time_s, self._brow, _BROW_S),
            blink=self._lids(),
        )

    def _hear(self) -> None:
        """Loudness and pitch of a voiced frame: begin a nod, or raise the brows."""
        level_db = self._window.level_db
        self._voiced += 1
        if self._voiced <= _SETTLING:
            self._usual_db = level_db
        above_db, self._usual_db = _above(level_db, self._usual_db)
        if above_db > _ACCENT_DB and self._time_s - self._nod[0] > _APART_S:
            self._nod = (self._time_s, _NOD_RAD * min((above_db - _ACCENT_DB) / _ACCENT_DB + 0.4, 1.0))
        octave = self._window.pitch_octave()
        if octave is None:
            return
        above, self._usual_octave = _above(octave, self._usual_octave)
        if 12.0 * above > _ACCENT_SEMITONES and self._time_s - self._brow[0] > _APART_S + _BROW_S:
            self._brow = (
                self._time_s,
                _BROW * min((12.0 * above - _ACCENT_SEMITONES) / _ACCENT_SEMITONES + 0.4, 1.0),
            )

    def _end_phrase(self) -> None:
        """Blink where a phrase has ended."""
        if self._spoken_s >= _PHRASE_S and self._time_s - self._blink[0] > _BLINKS_S:
            self._blink = (self._time_s, 1.0)
        self._spoken_s = 0.0

    def _lids(self) -> float:
        since_s = self._time_s - self._blink[0]
        if since_s < _SHUT_S:
            return 0.5 - 0.5 * cos(pi * since_s / _SHUT_S)
        if since_s < _SHUT_S + _OPEN_S:
            return 0.5 + 0.5 * cos(pi * (since_s - _SHUT_S) / _OPEN_S)
        return 0.0


def _above(value: float, usual: float) -> tuple[float, float]:
    """How far a value lies above the usual one, and the usual one afterwards."""
    if usual != usual:  # not known yet
        return 0.0, value
    return value - usual, usual + (value - usual) * _STEP_S / _MEAN_S


def _bump(time_s: float, begun: tuple[float, float], seconds: float) -> float:
    """A movement there and back with smooth ends."""
    share = (time_s - begun[0]) / seconds
    return begun[1] * (0.5 - 0.5 * cos(2 * pi * share)) if 0.0 <= share <= 1.0 else 0.0


def _sines(parts: tuple[tuple[float, float], ...], time_s: float) -> float:
    return sum(size * sin(2 * pi * hz * time_s) for size, hz in parts)
