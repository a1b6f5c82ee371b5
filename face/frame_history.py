"""FrameHistory: the last second of an expression, resampled to fixed ages at any frame rate.

    history = FrameHistory()
    history.push(expression, dt_s)
    history.read(out)              # (AGES, 52): newest first

Networks learn from frames a thirtieth of a second apart; trackers and runtimes have their own rates.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES

#: Ages of the frames that the emotion filter sees, in thirtieths of a second. Its network has learned with these.
AGES: Final = (0, 1, 2, 3, 5, 8, 12, 18, 26)
#: Of three frames in less than this time the middle one is dropped, so that the longest age fits at any rate.
_LEAST_S: Final = 1.0 / 150.0
_KEPT: Final = 272
#: Age of each row of `read` but the first, seconds.
_OLDER_S: Final = tuple(enumerate((age / 30.0 for age in AGES[1:]), 1))


class FrameHistory:
    """Frames and their times; the oldest one stands for everything before it."""

    def __init__(self) -> None:
        # rows are written from the front to the end, then the newest half moves to the front
        self._rows = np.zeros((2 * _KEPT, len(BLENDSHAPES)), np.float32)
        self._times = [0.0] * (2 * _KEPT)
        self._newest = -1
        self._now_s = 0.0
        # between which rows each age lies, and how near to the later one
        self._after = np.zeros(len(AGES), np.intp)
        self._before = np.zeros(len(AGES), np.intp)
        self._share = np.zeros((len(AGES), 1), np.float32)
        self._rest = np.ones((len(AGES), 1), np.float32)
        self._earlier = np.zeros((len(AGES), len(BLENDSHAPES)), np.float32)

    def push(self, expression: NDArray[np.float32], dt_s: float) -> None:
        """Add the newest frame.

        Args:
            expression: (52,) float32. dt_s: seconds since the one before; values below 0 count as 0.
        """
        self._now_s += max(dt_s, 0.0)
        newest, times = self._newest, self._times
        is_near = newest >= 1 and self._now_s - times[newest - 1] < _LEAST_S
        if not is_near:
            newest += 1
        if newest == len(times):
            self._rows[:_KEPT] = self._rows[_KEPT:]
            # times begin anew, so that they stay exact for days
            begin = times[_KEPT]
            self._now_s -= begin
            times[:_KEPT] = [one - begin for one in times[_KEPT:]]
            newest = _KEPT
        self._rows[newest] = expression
        times[newest] = self._now_s
        self._newest = newest

    def read(self, out: NDArray[np.float32]) -> None:
        """Write the frames of AGES, interpolated linearly in time, to `out` (AGES, 52), float32, newest first.

        The first row is the newest frame, bit for bit. Before the first `push` nothing is written.
        """
        newest = self._newest
        if newest < 1:
            if newest == 0:
                out[:] = self._rows[0]
            return
        times, now_s, share = self._times, self._now_s, self._share
        for row, age_s in _OLDER_S:
            wanted = now_s - age_s
            after = min(max(bisect_left(times, wanted, 0, newest + 1), 1), newest)
            earlier = times[after - 1]
            self._after[row] = after
            share[row, 0] = min(max((wanted - earlier) / max(times[after] - earlier, 1e-9), 0.0), 1.0)
        np.subtract(self._after, 1, out=self._before)
        np.subtract(1.0, share, out=self._rest)
        # "clip" writes to `out` without a buffer between
        self._rows.take(self._before, 0, self._earlier, "clip")
        self._rows.take(self._after, 0, out, "clip")
        np.multiply(self._earlier, self._rest, out=self._earlier)
        np.multiply(out, share, out=out)
        np.add(out, self._earlier, out=out)
        out[0] = self._rows[newest]
