"""RateLimit: how many messages the server reads from one page per second.

A page that sends more is read more slowly, so that its messages wait in its own socket and no queue grows here.

    rate_limit = RateLimit()
    await asyncio.sleep(rate_limit.wait_s(len(text), now_s))
"""

from __future__ import annotations

from typing import Final

from runtime.intake.token_bucket import TokenBucket

#: Messages per second in the long run, and at once. A user who moves two controls at a time causes about 250 per second.
RATE: Final = 1000.0
BURST: Final = 500.0
#: A message counts as one more for every full 1024 bytes.
BYTES: Final = 1024


class RateLimit:
    """The token bucket of one page. Time is an argument."""

    def __init__(self) -> None:
        self._bucket = TokenBucket(RATE, BURST)

    def wait_s(self, size_bytes: int, now_s: float) -> float:
        """Count one message of this size; returns the seconds to wait before reading the next one, 0 = none."""
        self._bucket.take(1 + size_bytes // BYTES, now_s)
        return self._bucket.wait_s(now_s)
