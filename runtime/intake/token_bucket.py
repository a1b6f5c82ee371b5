"""TokenBucket: how much of something is allowed a second, with a burst. Time is an argument.

bucket = TokenBucket(rate=2000, burst=500)
bucket.take(12, now_s)
wait_s = bucket.wait_s(now_s)                 # 0 while it is not overdrawn
"""

from __future__ import annotations


class TokenBucket:
    """Refills at `rate` a second up to `burst`; may be overdrawn, and then says how long to wait."""

    def __init__(self, rate: float, burst: float) -> None:
        """Begin full.

        Args:
            rate: how many tokens come back in a second.
            burst: how many there are at most.
        """
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at_s = 0.0

    def take(self, count: float, now_s: float) -> None:
        """Use `count` tokens, whether they are there or not."""
        self._refill(now_s)
        self._left -= count

    def wait_s(self, now_s: float) -> float:
        """Seconds until it is not overdrawn any more."""
        self._refill(now_s)
        return max(-self._left / self._rate, 0.0)

    def _refill(self, now_s: float) -> None:
        if now_s > self._at_s:
            self._left = min(self._burst, self._left + (now_s - self._at_s) * self._rate)
            self._at_s = now_s
