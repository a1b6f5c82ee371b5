"""ChannelFade: removes the jump in channels whose driver changes (inertialization).

At the change, the difference between the shown value and the new target is kept as an offset, which then decays
smoothly. The new driver's movement is visible at once. A change during a fade starts from the value shown, so the
output never jumps. A fade takes `FADE_S`, or longer where it would move a channel faster than it may; it goes on by
frames of at most `LONGEST_STEP_S`, so that a stall does not become a jump.

    fade.advance(dt_s)
    fade.begin(changed, shown, target)
    fade.apply(target)                         # target is now the output

Source: D. Bollo, "Inertialization: high-performance animation transitions in Gears of War", GDC 2018.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

FADE_S: Final = 0.3
#: A frame that comes later than this moves a fade on by this much only.
LONGEST_STEP_S: Final = 1 / 30
#: The fastest that a change of driver may turn the head, the eyes or the camera: 2 degrees a frame at 60 a second.
MAX_TURN_RAD_S: Final = math.radians(120.0)
#: 3u^2 - 2u^3 is steepest in its middle: 1.5 times as steep as a straight line.
STEEPNESS: Final = 1.5


class ChannelFade:
    """Offsets of `count` channels; each decays over its duration as 1 - (3u^2 - 2u^3), u = elapsed time / duration."""

    def __init__(self, max_speed: NDArray[np.float32], duration_s: float = FADE_S) -> None:
        """Begin without fades.

        Args:
            max_speed: (count,) the fastest that a fade may move each channel, in its units a second.
            duration_s: how long a fade takes that stays below that speed.
        """
        count = len(max_speed)
        self._duration_s = duration_s
        self._slowness = STEEPNESS / max_speed.astype(
            np.float64
        )  # seconds that a unit of offset takes at least
        self._offset = np.zeros(count, np.float32)
        self._rate = np.ones(count)  # of u, a second
        self._share = np.ones(count)
        self._needed_s = np.zeros(count)
        self._curve = np.zeros(count)
        self._is_over = True

    def advance(self, dt_s: float) -> None:
        """Let time go on: `dt_s` seconds, at most `LONGEST_STEP_S` of them."""
        if self._is_over:
            return
        np.multiply(self._rate, min(dt_s, LONGEST_STEP_S), out=self._curve)
        self._share += self._curve
        np.minimum(self._share, 1.0, out=self._share)
        self._is_over = bool(self._share.min() >= 1.0)

    def begin(
        self, where: NDArray[np.bool_], shown: NDArray[np.float32], target: NDArray[np.float32]
    ) -> None:
        """Start fades from `shown` towards `target`.

        Args:
            where: (count,) bool, the channels that fade.
            shown, target: (count,) float32, in the units of each channel.
        """
        np.subtract(shown, target, out=self._offset, where=where)
        np.abs(self._offset, out=self._needed_s)
        self._needed_s *= self._slowness
        np.maximum(self._needed_s, self._duration_s, out=self._needed_s)
        np.divide(1.0, self._needed_s, out=self._rate, where=where)
        self._share[where] = 0.0
        self._is_over = False

    def apply(self, values: NDArray[np.float32]) -> None:
        """Add the remaining offsets to `values`, (count,) float32, in place."""
        if self._is_over:
            return
        share, curve = self._share, self._curve
        np.multiply(share, -2.0, out=curve)
        curve += 3.0
        curve *= share
        curve *= share
        np.subtract(1.0, curve, out=curve)
        curve *= self._offset
        np.add(values, curve, out=values, casting="same_kind")
