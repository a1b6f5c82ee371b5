"""RateLimit: a token bucket that limits how many lines are printed.

limit = RateLimit(burst=16, interval_ns=1_000_000_000)
if limit.allows(now_ns): print(line)
"""

from __future__ import annotations


class RateLimit:
    """Allows a burst at once, then one per interval. Belongs to one thread; time is an argument."""

    def __init__(self, *, burst: int, interval_ns: int) -> None:
        """A full bucket.

        Args:
            burst: how many are allowed at once.
            interval_ns: nanoseconds until one more is allowed.
        """
        self._burst = float(burst)
        self._interval_ns = interval_ns
        self._tokens = self._burst
        self._filled_ns: int | None = None

    def allows(self, now_ns: int) -> bool:
        """Whether one more is allowed now; if so, it is counted.

        Args:
            now_ns: of a clock that never jumps, any origin.
        """
        if self._filled_ns is not None:
            self._tokens = min(self._tokens + (now_ns - self._filled_ns) / self._interval_ns, self._burst)
        self._filled_ns = now_ns
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
