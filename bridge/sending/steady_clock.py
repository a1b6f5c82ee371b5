"""SteadyClock: Unix time that never jumps, for measuring durations and ages.

clock = SteadyClock()
now_ns = clock.now_ns()          # does not change when the system's clock is set
sent_ns = clock.unix_ns(now_ns)  # the same moment by the system's clock, for messages
"""

from __future__ import annotations

import time


class SteadyClock:
    """Nanoseconds that start at the Unix time of construction and rise with the monotonic clock."""

    def __init__(self) -> None:
        """A clock that agrees with the system's clock now."""
        self._origin_ns = time.time_ns() - time.monotonic_ns()
        self._offset_ns = 0

    def now_ns(self) -> int:
        """The current time of this clock."""
        return time.monotonic_ns() + self._origin_ns

    def unix_ns(self, steady_ns: int) -> int:
        """A time of this clock by the system's clock, as set at the last `follow`."""
        return steady_ns + self._offset_ns

    def follow(self) -> None:
        """Measure the system clock's offset from this clock; call it about once a second."""
        self._offset_ns = time.time_ns() - self.now_ns()
