"""EasedShare: a share that moves between 0 and 1 over half a second, and never jumps. Time is an argument.

share = EasedShare()
share.at(now_s, is_on=True)      # 0 ... 1
"""

from __future__ import annotations

from typing import Final

from face.easing import ease_in_out

DURATION_S: Final = 0.5
#: A frame that comes later than this moves on by this much only.
LONGEST_STEP_S: Final = 1 / 15


class EasedShare:
    """The first call, and one whose time is smaller than the last, begin a sequence: the share is there at once."""

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._progress = 0.0

    def at(self, now_s: float, *, is_on: bool) -> float:
        """The share at a time, seconds; on its way to 1 if `is_on`, else to 0."""
        wanted = 1.0 if is_on else 0.0
        if self._last_s is None or now_s < self._last_s:
            self._progress = wanted
        else:
            step = min(now_s - self._last_s, LONGEST_STEP_S) / DURATION_S
            self._progress += max(-step, min(step, wanted - self._progress))
        self._last_s = now_s
        return ease_in_out(self._progress)
