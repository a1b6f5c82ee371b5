"""Head movement: pink noise, a new posture every few seconds, and nods on the accents of speech.

The noise is a sum of sines whose power falls off as 1/f; its higher frequencies are stronger during speech.

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
from studio.motion.timeline import Timeline, minimum_jerk
from studio.seeds import random_of

#: Standard deviation of the noise of a silent listener: yaw, pitch, roll in radians, x, y, z in head-model units.
_DRIFT: Final = np.array([0.030, 0.020, 0.016, 0.25, 0.12, 0.25])
#: Standard deviation of postures.
_POSTURE: Final = np.array([0.20, 0.10, 0.07, 1.0, 0.4, 1.0])
#: Largest values; people turn their heads no further in a conversation.
_LIMIT: Final = np.array([0.75, 0.45, 0.40, 3.5, 1.5, 3.5])
_LOWEST_HZ, _HIGHEST_HZ = 0.05, 2.5
_WAVES: Final = 14
_LONGEST_POSTURE_S: Final = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """A movement from one posture to the next; (6,) yaw, pitch, roll in radians, x, y, z in head-model units."""

    begin_s: float
    move_s: float
    before: np.ndarray[tuple[int], np.dtype[np.float64]]
    after: np.ndarray[tuple[int], np.dtype[np.float64]]


class HeadMovement:
    """The head pose of one person over time."""

    def __init__(self, seed: int, speech: Speech) -> None:
        random = random_of("head", seed)
        self._speech = speech
        # one random frequency in each of equal intervals of log frequency, so no part of the spectrum is empty
        steps = (np.arange(_WAVES) + random.random((6, _WAVES))) / _WAVES
        self._hz = _LOWEST_HZ * (_HIGHEST_HZ / _LOWEST_HZ) ** steps  # (6, waves)
        self._phase = random.uniform(0.0, 2 * np.pi, (6, _WAVES))
        # with power falling as 1/f, equal intervals of log frequency have equal power
        self._size = _DRIFT * np.sqrt(2.0 / _WAVES)
        self._quick = self._hz > 0.4
        self._nod = float(random.uniform(0.02, 0.07))
        self._postures = Timeline(_plan(seed))

    def pose(self, time_s: float) -> Pose:
        """The head's pose at a time."""
        speaking = self._speech.activity(time_s)
        waves = np.sin(2 * np.pi * self._hz * time_s + self._phase)
        # speech amplifies the higher frequencies
        lively = np.where(self._quick, 0.35 + 1.5 * speaking * self._speech.liveliness, 1.0)
        value = self._size * (waves * lively).sum(1)
        posture = self._postures.between(time_s - _LONGEST_POSTURE_S, time_s + 1e-9)[-1]
        value += posture.before + (posture.after - posture.before) * minimum_jerk(
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
        # a turn to one side comes with roll
        after[2] -= 0.15 * after[0]
        move_s = float(random.uniform(0.5, 1.2))
        yield time_s, Posture(time_s, move_s, before, after)
        before = after
        time_s += move_s + float(np.clip(random.lognormal(0.8, 0.5), 0.5, _LONGEST_POSTURE_S - 1.3))
