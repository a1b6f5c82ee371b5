"""ChannelFade: takes the jumps out of channels whose driver changes.

What a channel shows at the moment of the change is kept as an offset to what it should show, and the offset
is let go smoothly. The new driver's own movement comes through at once, and a change in the middle of a
fade begins from what is shown, so nothing ever jumps.

    fade.begin(changed, shown, target, now_s)
    fade.apply(target, now_s)                  # target is now what to show

Source: D. Bollo, "Inertialization: high-performance animation transitions in Gears of War", GDC 2018.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FADE_S: Final = 0.3


class ChannelFade:
    """Offsets of `count` channels, each let go over `duration_s` along 3u^2 - 2u^3."""

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
        """Start a fade for the channels in `where` (count,): from `shown` towards `target`."""
        np.subtract(shown, target, out=self._offset, where=where)
        self._since_s[where] = now_s
        self._until_s = now_s + self._duration_s

    def apply(self, values: NDArray[np.float32], now_s: float) -> None:
        """Add what is left of the offsets to `values` (count,), in place."""
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
