"""RateLimit: how much one page may say in a second; who says more is read more slowly, and nothing piles up.

rate_limit = RateLimit()
await asyncio.sleep(rate_limit.wait_s(len(text), now_s))
"""

from __future__ import annotations

from typing import Final

#: Messages a second in the long run, and at once. A page with a hand on two things sends about 250.
RATE: Final = 1000.0
BURST: Final = 500.0
#: A message counts once for every so many bytes that are begun.
BYTES: Final = 1024


class RateLimit:
    """A bucket of tokens that fills by itself. Time is an argument."""

    def __init__(self) -> None:
        self._left = BURST
        self._at_s = 0.0

    def wait_s(self, size_bytes: int, now_s: float) -> float:
        """Take a message's tokens; seconds to wait before the next one is read, 0 = none."""
        self._left = min(self._left + RATE * max(now_s - self._at_s, 0.0), BURST)
        self._at_s = now_s
        self._left -= 1 + size_bytes // BYTES
        return max(-self._left / RATE, 0.0)
