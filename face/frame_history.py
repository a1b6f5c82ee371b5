"""FrameHistory: the last second of an expression, resampled to fixed ages at any frame rate.

    history = FrameHistory()
    history.push(expression, dt_s)
    history.read(out)              # (AGES, 52): newest first

Networks learn from frames a thirtieth of a second apart; trackers and runtimes have their own rates.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES

#: Ages of the frames that the emotion filter sees, in thirtieths of a second. Its network has learned with these.
AGES: Final = (0, 1, 2, 3, 5, 8, 12, 18, 26)
#: Of three frames in less than this time the middle one is dropped, so that the longest age fits at any rate.
_LEAST_S: Final = 1.0 / 150.0
_KEPT: Final = 272
_AGES_S: Final = np.array(AGES) / 30.0


class FrameHistory:
    """Frames and their times; the oldest one stands for everything before it."""

    def __init__(self) -> None:
        # rows are written from the front to the end, then the newest half moves to the front
        self._rows = np.zeros((2 * _KEPT, len(BLENDSHAPES)), np.float32)
        self._times = np.zeros(2 * _KEPT)
        self._newest = -1
        self._now_s = 0.0

    def push(self, expression: NDArray[np.float32], dt_s: float) -> None:
        """Add the newest frame.

        Args:
            expression: (52,) float32. dt_s: seconds since the one before; values below 0 count as 0.
        """
        self._now_s += max(dt_s, 0.0)
        newest = self._newest
        is_near = newest >= 1 and self._now_s - self._times[newest - 1] < _LEAST_S
        if not is_near:
            newest += 1
        if newest == len(self._rows):
            self._rows[:_KEPT] = self._rows[_KEPT:]
            # times begin anew, so that they stay exact for days
            self._now_s -= self._times[_KEPT]
            self._times[:_KEPT] = self._times[_KEPT:] - self._times[_KEPT]
            newest = _KEPT
        self._rows[newest] = expression
        self._times[newest] = self._now_s
        self._newest = newest

    def read(self, out: NDArray[np.float32]) -> None:
        """Write the frames of AGES, interpolated linearly in time, to `out` (AGES, 52), float32, newest first.

        The first row is the newest frame, bit for bit. Before the first `push` nothing is written.
        """
        count = self._newest + 1
        if count == 0:
            return
        times = self._times[:count]
        wanted = self._now_s - _AGES_S
        after = np.searchsorted(times, wanted).clip(1, max(count - 1, 1))
        if count == 1:
            out[:] = self._rows[0]
            return
        span = np.maximum(times[after] - times[after - 1], 1e-9)
        share = ((wanted - times[after - 1]) / span).clip(0.0, 1.0).astype(np.float32)[:, None]
        out[:] = self._rows[after - 1] * (1.0 - share) + self._rows[after] * share
        out[0] = self._rows[self._newest]
