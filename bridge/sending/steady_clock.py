"""SteadyClock: Unix time that never jumps, for everything that measures how long ago something was.

clock = SteadyClock()
now_ns = clock.now_ns()          # runs on even when somebody sets the system's clock
sent_ns = clock.unix_ns(now_ns)  # the same moment by the system's clock, for the wire
"""

from __future__ import annotations

import time


class SteadyClock:
    """Nanoseconds; at its making they are Unix time."""

    def __init__(self) -> None:
        self._origin_ns = time.time_ns() - time.monotonic_ns()
        self._apart_ns = 0

    def now_ns(self) -> int:
        """Now, steadily."""
        return time.monotonic_ns() + self._origin_ns

    def unix_ns(self, steady_ns: int) -> int:
        """The system's clock at that moment, as far as it was right when `follow` last looked."""
        return steady_ns + self._apart_ns

    def follow(self) -> None:
        """Look how far the system's clock is apart by now; about once a second is enough."""
        self._apart_ns = time.time_ns() - self.now_ns()
