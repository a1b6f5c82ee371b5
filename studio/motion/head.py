"""Head movement: never still, slow the most, livelier while speaking, with a nod on what is stressed.

A drift of waves whose amplitude falls off with the square root of the frequency (power as 1/f: pink), a posture that
changes every few seconds, and nods on the accents of speech.

Sources: K. G. Munhall et al., "Visual prosody and speech intelligibility", Psychological Science 15, 2004 (the head
moves with pitch and loudness); U. Hadar et al., "Head movement correlates of juncture and stress", Language and
Speech 26, 1983 (0.2 to 1.8 Hz ordinary, up to 7 Hz with stress).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from studio.factors import Pose
from studio.motion.speech import Speech
from studio.motion.timeline import Timeline, smooth
from studio.seeds import random_of

#: yaw, pitch, roll in radians and x, y, z in head-model units: the drift's standard deviation of a still listener.
_DRIFT: Final = np.array([0.030, 0.020, 0.016, 0.25, 0.12, 0.25])
#: The same of postures.
_POSTURE: Final = np.array([0.20, 0.10, 0.07, 1.0, 0.4, 1.0])
#: Further than this nobody turns in conversation.
_LIMIT: Final = np.array([0.75, 0.45, 0.40, 3.5, 1.5, 3.5])
_LOWEST_HZ, _HIGHEST_HZ = 0.05, 2.5
_WAVES: Final = 14
_LONGEST_POSTURE_S: Final = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """A turn from one posture to the next, six numbers each."""

    begin_s: float
    move_s: float
    before: np.ndarray[tuple[int], np.dtype[np.float64]]
    after: np.ndarray[tuple[int], np.dtype[np.float64]]


class HeadMovement:
    """One head on its neck."""

    def __init__(self, seed: int, speech: Speech) -> None:
        random = random_of("head", seed)
        self._speech = speech
        # one frequency in each of equal steps of the logarithm, so that no stretch of the spectrum is empty
        steps = (np.arange(_WAVES) + random.random((6, _WAVES))) / _WAVES
        self._hz = _LOWEST_HZ * (_HIGHEST_HZ / _LOWEST_HZ) ** steps  # (6, waves)
        self._phase = random.uniform(0.0, 2 * np.pi, (6, _WAVES))
        # equal steps of the logarithm hold equal power where power falls as 1/f
        self._size = _DRIFT * np.sqrt(2.0 / _WAVES)
        self._quick = self._hz > 0.4
        self._nod = float(random.uniform(0.02, 0.07))
        self._postures = Timeline(_plan(seed))

    def pose(self, time_s: float) -> Pose:
        """Where the head is."""
        speaking = self._speech.activity(time_s)
        waves = np.sin(2 * np.pi * self._hz * time_s + self._phase)
        # speech wakes the quicker waves
        lively = np.where(self._quick, 0.35 + 1.5 * speaking * self._speech.liveliness, 1.0)
        value = self._size * (waves * lively).sum(1)
        posture = self._postures.between(time_s - _LONGEST_POSTURE_S, time_s + 1e-9)[-1]
        value += posture.before + (posture.after - posture.before) * smooth(
            (time_s - posture.begin_s) / posture.move_s
        )
        value[1] -= self._nod * self._speech.accent(time_s)
        return Pose(*(_LIMIT * np.tanh(value / _LIMIT)).tolist())


def _plan(seed: int) -> Iterator[tuple[float, Posture]]:
    random = random_of("postures", seed)
    time_s = -_LONGEST_POSTURE_S
    restless = random.uniform(0.4, 1.3)
    before = random.normal(0.0, 1.0, 6) * _POSTURE * restless
    while True:
        after = random.normal(0.0, 1.0, 6) * _POSTURE * restless
        # turns and their roll are one movement
        after[2] -= 0.15 * after[0]
        move_s = float(random.uniform(0.5, 1.2))
        yield time_s, Posture(time_s, move_s, before, after)
        before = after
        time_s += move_s + float(np.clip(random.lognormal(0.8, 0.5), 0.5, _LONGEST_POSTURE_S - 1.3))
