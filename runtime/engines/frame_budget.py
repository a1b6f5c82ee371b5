"""FrameBudget: decides whether an addition to the picture fits into the frame rate. Time is an argument.

budget = FrameBudget(limit_ms=40.0)
budget.ready(added_ms=12.0)                      # measured while it was loaded
is_on = budget.frame_took(frame_ms, now_s)       # after every frame
budget.note                                      # why it is off

The addition begins when frames are fast enough for what it is expected to cost. It ends when the median frame is too slow
for a second, and is tried again after a pause that doubles each time, so that a picture on a machine that is always too
slow changes rarely, and one whose machine was busy for a moment comes back soon.
"""

from __future__ import annotations

from typing import Final

import numpy as np

#: Frames whose median is compared; a single slow frame is no reason.
WINDOW: Final = 24
#: How long the frames must have been too slow, seconds.
SLOW_S: Final = 1.0
#: Share of a frame that must remain free before the addition begins.
HEADROOM: Final = 0.1
#: Pauses between two attempts, seconds, and how long an attempt must last to count as a success.
FIRST_PAUSE_S, LONGEST_PAUSE_S, SUCCESS_S = 10.0, 320.0, 60.0


class FrameBudget:
    """Belongs to the frame loop's thread.

    Args:
        limit_ms: the longest frame that keeps the frame rate.
        what: the addition, for notes.

    Attributes:
        limit_ms: as given; may be changed.
        is_on: whether the addition is to be drawn.
        note: why it is off; "" while it is on, or nothing is known yet.
    """

    def __init__(self, limit_ms: float, what: str = "retouch") -> None:
        self.limit_ms = limit_ms
        self._what = what
        self.is_on = False
        self.note = ""
        self._times = np.zeros(WINDOW, np.float64)
        self._count = 0
        self._added_ms: float | None = None  # None = not ready
        self._base_ms = 0.0  # of a frame without the addition
        self._next_try_s = -np.inf
        self._pause_s = FIRST_PAUSE_S
        self._began_s = 0.0
        self._slow_since_s: float | None = None

    def ready(self, added_ms: float) -> None:
        """The addition can be drawn, and was measured to take this long."""
        self._added_ms = added_ms
        self._next_try_s = -np.inf

    def frame_took(self, frame_ms: float, now_s: float) -> bool:
        """Note what a frame took; returns `is_on`.

        Args:
            frame_ms: the work of the whole frame, without waiting for its turn.
            now_s: when it began.
        """
        self._times[self._count % WINDOW] = frame_ms
        self._count += 1
        if self._added_ms is not None and self._count >= WINDOW and self._count % (WINDOW // 4) == 0:
            median_ms = float(np.median(self._times))
            if self.is_on:
                self._check_on(median_ms, now_s)
            else:
                self._check_off(median_ms, now_s)
        return self.is_on

    def forget(self) -> None:
        """The frames so far say nothing of those to come: something else was switched."""
        self._count = 0

    def _check_on(self, median_ms: float, now_s: float) -> None:
        if now_s - self._began_s >= SUCCESS_S:
            self._pause_s = FIRST_PAUSE_S
        if median_ms <= self.limit_ms:
            self._slow_since_s = None
        elif self._slow_since_s is None:
            self._slow_since_s = now_s
        elif now_s - self._slow_since_s >= SLOW_S:
            self._added_ms = max(median_ms - self._base_ms, 0.0)
            self._switch(False)
            self._pause(now_s, median_ms)

    def _check_off(self, median_ms: float, now_s: float) -> None:
        assert self._added_ms is not None
        self._base_ms = median_ms
        if now_s < self._next_try_s:
            return
        expected_ms = median_ms + self._added_ms
        is_retry = self._next_try_s > -np.inf  # what was measured then may hold no longer
        fits = median_ms if is_retry else expected_ms
        if fits <= (1.0 - HEADROOM) * self.limit_ms:
            self._began_s, self._slow_since_s = now_s, None
            self._switch(True)
        else:
            self._pause(now_s, max(expected_ms, median_ms))

    def _switch(self, is_on: bool) -> None:
        self.is_on = is_on
        self.forget()  # frames of both kinds make no median
        if is_on:
            self.note = ""

    def _pause(self, now_s: float, frame_ms: float) -> None:
        self._next_try_s = now_s + self._pause_s
        self.note = (
            f"{self._what} is left out: with it a frame takes {frame_ms:.0f} ms here, and at most "
            f"{self.limit_ms:.0f} ms keep the frame rate; next attempt in {self._pause_s:.0f} s"
        )
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
