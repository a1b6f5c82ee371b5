"""FramePacer: when the next frame may begin. Time is an argument; no clock is read here.

    pacer = FramePacer(fps=60.0)
    time.sleep(pacer.wait_s(now_s, is_fresh=False))
    pacer.frame_began(now_s, is_fresh=False)

Without messages, frames are spaced evenly on a grid. It does not drift, and frames that are missed are skipped, not
made up for. With messages, a fixed grid would make each message wait for half a frame on average (8 ms at 60 fps).
So a frame begins with the message:

- A new message may begin a frame early, from `MIN_GAP` of a frame after the last one on. The pacer counts how far
  such frames run ahead of the grid, so that the rate stays within `MAX_SPEEDUP` of the wanted one.
- The pacer measures the period of the messages. A frame that is due waits up to `MAX_WAIT` of a frame for a message
  that is expected soon, instead of just missing it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

#: Shortest gap between the beginnings of two frames, in frame periods, when a message begins the second one.
MIN_GAP: Final = 0.5
#: Highest rate in the long run, in wanted rates: the runtime keeps up with a driver that is slightly faster.
MAX_SPEEDUP: Final = 1.05
#: A frame that is due waits for an expected message if, begun now, it would delay that message's own frame.
#: How late the message may be, in message periods.
MAX_LATENESS: Final = 0.25
#: How long such a frame waits at most, in frame periods.
MAX_WAIT: Final = 0.9
#: Messages that are further apart than this, in frame periods, have no period that is worth waiting for.
MAX_MESSAGE_PERIOD: Final = 12.0
#: Messages that are closer than this, in frame periods, belong to one frame and tell no period.
MIN_MESSAGE_PERIOD: Final = 0.3
#: Weight of the newest interval in the running mean of the message period.
PERIOD_UPDATE: Final = 0.2


class FramePacer:
    """See the module. Belongs to the loop's thread.

    Args:
        fps: wanted frames a second; 0 = no limit.
    """

    def __init__(self, fps: float) -> None:
        self._period_s = 1.0 / fps if fps > 0 else 0.0
        self._last_frame_s = -np.inf
        self._ahead_s = 0.0  # how far early frames have run ahead of a grid at MAX_SPEEDUP
        self._last_message_s = -np.inf
        self._message_period_s = 0.0  # 0 = unknown

    def wait_s(self, now_s: float, *, is_fresh: bool, is_patient: bool = True) -> float:
        """Seconds until the next frame may begin; 0 = now.

        Args:
            is_fresh: a message has arrived that no frame has shown yet.
            is_patient: a frame that is due may wait for an expected message.
        """
        period_s = self._period_s
        if period_s == 0.0:
            return 0.0
        if is_fresh:
            return max(self._last_frame_s + self._min_gap_s() - now_s, 0.0)
        due_s = self._last_frame_s + period_s
        if self._message_period_s and is_patient:
            expected_s = self._last_message_s + self._message_period_s
            if expected_s <= due_s + self._min_gap_s():
                latest_s = min(
                    expected_s + MAX_LATENESS * self._message_period_s, due_s + MAX_WAIT * period_s
                )
                due_s = max(due_s, latest_s)
        return max(due_s - now_s, 0.0)

    def frame_began(self, now_s: float, *, is_fresh: bool) -> None:
        """Note that a frame begins now; `is_fresh` as in `wait_s`."""
        period_s = self._period_s
        elapsed_s = now_s - self._last_frame_s
        if is_fresh or not 0.0 <= elapsed_s - period_s < 0.5 * period_s:
            self._ahead_s = min(max(self._ahead_s + period_s / MAX_SPEEDUP - elapsed_s, 0.0), period_s)
            self._last_frame_s = now_s
        else:
            self._last_frame_s += period_s  # stay on the grid although the sleep ended late
        if now_s - self._last_message_s > 3.0 * self._message_period_s:
            self._message_period_s = 0.0

    def message_arrived(self, arrival_s: float) -> None:
        """Note when the newest message of a frame arrived, on the clock of `now_s`."""
        interval_s = arrival_s - self._last_message_s
        shortest_s, longest_s = MIN_MESSAGE_PERIOD * self._period_s, MAX_MESSAGE_PERIOD * self._period_s
        if not shortest_s < interval_s < longest_s:
            self._message_period_s = 0.0
        elif self._message_period_s:
            self._message_period_s += PERIOD_UPDATE * (interval_s - self._message_period_s)
        else:
            self._message_period_s = interval_s
        self._last_message_s = arrival_s

    def _min_gap_s(self) -> float:
        """How soon after the last frame a message may begin the next one."""
        credit_s = max((1.0 - MIN_GAP) * self._period_s - self._ahead_s, 0.0)
        return max(self._period_s / MAX_SPEEDUP - credit_s, MIN_GAP * self._period_s)
