"""Idle: movement of an undriven face: blinks, breathing, a slow drift of the head, saccades.

It is the bottom layer of every channel, so it is visible where no driver of full weight lies above it.
Deterministic: the same seed and the same time steps give the same movement.

Sources: blink intervals and durations: A. R. Bentivoglio et al., "Analysis of blink rate patterns in normal
subjects", Movement Disorders 12, 1997; F. VanderWerf et al., "Eyelid movements", J. Neurophysiology 89, 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi, sin
from random import Random
from typing import Final

from face.easing import ease_in_out
from face.motion import NEUTRAL, Motion
from protocol.blendshapes import INDEX
from runtime.control.control import Control

_BLINK_LEFT: Final = INDEX["eyeBlinkLeft"]
_BLINK_RIGHT: Final = INDEX["eyeBlinkRight"]
_BREATH_HZ: Final = 0.24
_SACCADE_S: Final = 0.04
#: Frequency in Hz and amplitude (sum 1) of three incommensurate sines: their sum has no short period.
_DRIFT: Final = ((0.053, 0.55), (0.117, 0.30), (0.241, 0.15))


@dataclass(frozen=True, slots=True)
class IdleSettings:
    """Settings of the idle movement.

    Attributes:
        amount: amplitude of the idle movement; 1 = natural, 0 = off.
        seed: seed of the random idle movement; the same seed gives the same movement.
    """

    amount: float = 1.0
    seed: int = 0


class Idle:
    """The bottom layer: overwrites the whole motion with neutral plus idle movement."""

    def __init__(self, settings: IdleSettings | None = None) -> None:
        self._settings = settings or IdleSettings()
        self._random = Random(self._settings.seed)
        self._time_s = 0.0
        self._phases = [[2 * pi * self._random.random() for _ in _DRIFT] for _ in range(3)]
        self._blink_at_s = 1.0 + 2.0 * self._random.random()
        self._close_s, self._hold_s, self._open_s = 0.055, 0.02, 0.085
        self._look_at_s = 0.8
        self._look = [0.0, 0.0]
        self._look_from = [0.0, 0.0]
        self._look_to = [0.0, 0.0]

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Overwrite `motion` with the idle movement, `dt_s` seconds after the last call."""
        self._time_s += dt_s
        motion.values[:] = NEUTRAL
        amount = self._settings.amount
        if amount <= 0.0:
            return motion
        breath = sin(2 * pi * _BREATH_HZ * self._time_s)
        yaw = 0.035 * self._drift(0) * amount
        pitch = (0.016 * self._drift(1) + 0.004 * breath) * amount
        roll = 0.014 * self._drift(2) * amount
        motion.pose[0] = yaw
        motion.pose[1] = pitch
        motion.pose[2] = roll
        motion.pose[4] = 0.0015 * breath * amount
        self._move_eyes()
        # The eyes compensate for the drift of the head (vestibulo-ocular reflex).
        motion.gaze[0] = self._look[0] * amount - yaw
        motion.gaze[1] = self._look[1] * amount - pitch
        lid = self._lid()
        motion.expression[_BLINK_LEFT] = lid
        motion.expression[_BLINK_RIGHT] = lid
        return motion

    def _drift(self, axis: int) -> float:
        waves = zip(_DRIFT, self._phases[axis], strict=True)
        return sum(share * sin(2 * pi * hz * self._time_s + phase) for (hz, share), phase in waves)

    def _lid(self) -> float:
        """Closure of both lids, 0..1; schedules the next blink when one has ended."""
        since_s = self._time_s - self._blink_at_s
        if since_s < 0.0:
            return 0.0
        if since_s < self._close_s:
            return ease_in_out(since_s / self._close_s)
        since_s -= self._close_s + self._hold_s
        if since_s < 0.0:
            return 1.0
        if since_s < self._open_s:
            return 1.0 - ease_in_out(since_s / self._open_s)
        self._plan_blink()
        return 0.0

    def _plan_blink(self) -> None:
        """Schedule the next blink: about 15 a minute, every eighth doubled; 120 to 180 ms, closing faster than opening."""
        rand = self._random
        if rand.random() < 0.12:
            pause_s = 0.10 + 0.12 * rand.random()
        else:
            pause_s = min(max(3.6 * exp(0.5 * rand.gauss(0.0, 1.0)), 1.2), 9.0)
        self._blink_at_s = self._time_s + pause_s
        duration_s = 0.120 + 0.060 * rand.random()
        self._close_s, self._hold_s, self._open_s = 0.36 * duration_s, 0.10 * duration_s, 0.54 * duration_s

    def _move_eyes(self) -> None:
        """Fixations of 0.4 to 2.5 s around the camera, with saccades of 40 ms between them."""
        since_s = self._time_s - self._look_at_s
        if since_s < 0.0:
            return
        if since_s == 0.0 or self._look_to == self._look_from:
            rand = self._random
            self._look_from = list(self._look)
            self._look_to = [rand.gauss(0.0, 0.022), rand.gauss(0.0, 0.012)]
        share = ease_in_out(min(since_s / _SACCADE_S, 1.0))
        for axis in (0, 1):
            here, there = self._look_from[axis], self._look_to[axis]
            self._look[axis] = here + (there - here) * share
        if since_s >= _SACCADE_S:
            self._look_from = list(self._look_to)
            self._look_at_s = self._time_s + 0.4 + 2.1 * self._random.random() ** 2
