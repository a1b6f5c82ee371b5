"""ChannelFade: removes the jump in channels whose driver changes (inertialization).

At the change, the difference between the shown value and the new target is kept as an offset, which then decays
smoothly. The new driver's movement is visible at once. A change during a fade starts from the value shown, so the
output never jumps.

    fade.begin(changed, shown, target, now_s)
    fade.apply(target, now_s)                  # target is now the output

Source: D. Bollo, "Inertialization: high-performance animation transitions in Gears of War", GDC 2018.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FADE_S: Final = 0.3


class ChannelFade:
    """Offsets of `count` channels; each decays over `duration_s` as 1 - (3u^2 - 2u^3), u = elapsed time / duration."""

    def __init__(self, count: int, duration_s: float = FADE_S) -> None:
        self._duration_s = duration_s
        self._offset = np.zeros(count, np.float32)
        self._since_s = np.full(count, -np.inf)
        self._share = np.zeros(count)
        self._curve = np.zeros(count)
        self._until_s = -np.inf

    def begin(
        self, where: NDArray[np.bool_], shown: NDArray[np.float32], target: NDArray[np.float32], now_s: float
    ) -> None:
        """Start fades from `shown` towards `target`.

        Args:
            where: (count,) bool, the channels that fade.
            shown, target: (count,) float32, in the units of each channel.
        """
        np.subtract(shown, target, out=self._offset, where=where)
        self._since_s[where] = now_s
        self._until_s = now_s + self._duration_s

    def apply(self, values: NDArray[np.float32], now_s: float) -> None:
        """Add the remaining offsets to `values`, (count,) float32, in place."""
        if now_s >= self._until_s:
            return
        share, curve = self._share, self._curve
        np.subtract(now_s, self._since_s, out=share)
        share /= self._duration_s
        np.clip(share, 0.0, 1.0, out=share)
        np.multiply(share, -2.0, out=curve)
        curve += 3.0
        curve *= share
        curve *= share
        np.subtract(1.0, curve, out=curve)
        curve *= self._offset
        np.add(values, curve, out=values, casting="same_kind")
