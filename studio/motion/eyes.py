"""Eyes: saccades with fixations between them, and blinks.

Both eyes have the same direction: there is no vergence, as everywhere in this project. While the head turns, the eyes
counter-rotate (the vestibulo-ocular reflex); the head does not follow the eyes.

Sources: A. T. Bahill, M. R. Clark, L. Stark, "The main sequence", Mathematical Biosciences 24, 1975 (duration of a
saccade by its size); A. R. Bentivoglio et al., Movement Disorders 12, 1997 (blink rates; log-normal pauses);
F. VanderWerf et al., J. Neurophysiology 89, 2003 (lids shut about twice as fast as they open).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, hypot
from typing import Final

import numpy as np

from studio.motion.timeline import Timeline, minimum_jerk
from studio.seeds import random_of

#: Largest gaze angles to either side, and up or down; the protocol's limits are wider.
SIDEWAYS_RAD: Final = 0.55
UPWARDS_RAD: Final = 0.40
_LONGEST_BLINK_S: Final = 0.8
_LONGEST_FIXATION_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Saccade:
    """A saccade that begins at `begin_s`, and the fixation after it; angles in radians, relative to the body."""

    begin_s: float
    move_s: float
    from_yaw: float
    from_pitch: float
    yaw: float
    pitch: float


@dataclass(frozen=True, slots=True)
class Blink:
    """A blink of both eyes; `depth` 1 shuts the lids."""

    begin_s: float
    close_s: float
    hold_s: float
    open_s: float
    depth: float

    def closed(self, time_s: float) -> float:
        """How far this blink shuts the lids at a time, 0..1."""
        since_s = time_s - self.begin_s
        if since_s < self.close_s:
            return self.depth * minimum_jerk(since_s / self.close_s)
        # lids open more slowly towards the end
        opened = max(since_s - self.close_s - self.hold_s, 0.0) / self.open_s
        return self.depth * (1.0 - minimum_jerk(min(opened, 1.0) ** 0.8))


class Saccades:
    """The gaze of one person over time."""

    def __init__(self, seed: int) -> None:
        self._saccades = Timeline(_plan_saccades(seed))

    def gaze(self, time_s: float, head_yaw: float, head_pitch: float) -> tuple[float, float]:
        """Yaw and pitch of the eyes relative to the head, radians.

        Args:
            head_yaw, head_pitch: of the head at that time, radians.
        """
        saccade = self._saccades.between(time_s - _LONGEST_FIXATION_S, time_s + 1e-9)[-1]
        share = minimum_jerk((time_s - saccade.begin_s) / saccade.move_s)
        yaw = saccade.from_yaw + (saccade.yaw - saccade.from_yaw) * share
        pitch = saccade.from_pitch + (saccade.pitch - saccade.from_pitch) * share
        return _soft_limit(yaw - 0.7 * head_yaw, SIDEWAYS_RAD), _soft_limit(
            pitch - 0.7 * head_pitch, UPWARDS_RAD
        )

    def large_onsets(self, low_s: float, high_s: float) -> list[float]:
        """Begins of the saccades between two times that are large enough to evoke a blink."""
        found = self._saccades.between(low_s, high_s)
        return [g.begin_s for g in found if hypot(g.yaw - g.from_yaw, g.pitch - g.from_pitch) > 0.32]


class Blinks:
    """Blinks of one person: spontaneous ones, and those evoked by large saccades."""

    def __init__(self, seed: int, saccades: Saccades) -> None:
        self._blinks = Timeline(_plan_blinks(seed))
        self._saccades = saccades

    def closed(self, time_s: float) -> float:
        """How far both lids are shut at a time, 0..1."""
        spontaneous = self._blinks.between(time_s - _LONGEST_BLINK_S, time_s)
        evoked = [
            Blink(begin_s, 0.07, 0.02, 0.16, 0.9)
            for begin_s in self._saccades.large_onsets(time_s - _LONGEST_BLINK_S, time_s)
        ]
        return max((blink.closed(time_s) for blink in (*spontaneous, *evoked)), default=0.0)


def _soft_limit(value: float, limit: float) -> float:
    """The value, compressed smoothly into -limit..limit."""
    return limit * float(np.tanh(value / limit))


def _plan_saccades(seed: int) -> Iterator[tuple[float, Saccade]]:
    random = random_of("glances", seed)
    time_s = -_LONGEST_FIXATION_S
    restless = float(random.uniform(0.5, 1.6))
    yaw = pitch = 0.0
    while True:
        kind = random.random()
        if kind < 0.45:  # back to the conversation partner
            to = (random.normal(0.0, 0.03), random.normal(0.0, 0.02))
        elif kind < 0.8:  # near the present target
            to = (yaw + random.normal(0.0, 0.09), pitch + random.normal(0.0, 0.05))
        else:  # away
            to = (random.normal(0.0, 0.34), random.normal(-0.02, 0.18))
        to_yaw, to_pitch = _soft_limit(to[0], SIDEWAYS_RAD), _soft_limit(to[1], UPWARDS_RAD)
        size_deg = float(np.degrees(hypot(to_yaw - yaw, to_pitch - pitch)))
        move_s = 0.021 + 0.0022 * size_deg
        yield time_s, Saccade(time_s, move_s, yaw, pitch, to_yaw, to_pitch)
        yaw, pitch = to_yaw, to_pitch
        time_s += move_s + float(
            np.clip(exp(random.normal(-0.4, 0.7)) / restless, 0.12, _LONGEST_FIXATION_S - 0.2)
        )


def _plan_blinks(seed: int) -> Iterator[tuple[float, Blink]]:
    random = random_of("blinks", seed)
    time_s = -_LONGEST_BLINK_S
    usual_s = float(random.uniform(2.2, 4.5))
    slow = float(random.uniform(0.9, 1.3))
    while True:
        is_double = random.random() < 0.08
        pause_s = random.uniform(0.08, 0.2) if is_double else usual_s * exp(random.normal(0.0, 0.55))
        time_s += float(np.clip(pause_s, 0.08, 12.0))
        close_s = float(random.uniform(0.06, 0.09)) * slow
        blink = Blink(
            begin_s=time_s,
            close_s=close_s,
            hold_s=float(random.uniform(0.0, 0.04)),
            open_s=close_s * float(random.uniform(1.8, 2.6)),
            depth=float(random.uniform(0.55, 0.9)) if random.random() < 0.18 else 1.0,
        )
        yield time_s, blink
        time_s += blink.close_s + blink.hold_s + blink.open_s
