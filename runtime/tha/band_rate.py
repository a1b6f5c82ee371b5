"""BandRate: how many bands of the body a frame computes, by what frames cost. Time is an argument.

rate = BandRate(limit_ms=40.0)
rate.bands                     # BANDS until a frame's cost is known: all of them
rate.frame_took(frame_ms)
"""

from __future__ import annotations

from typing import Final

from runtime.tha.student import BANDS

#: What a frame that was too slow leaves of the rate, at most and at least, and what one that was fast enough adds to it.
SLOWER, LEAST_LEFT, FASTER = 0.8, 0.25, 0.25
#: Share of the limit that must remain free before the rate rises.
HEADROOM: Final = 0.1


class BandRate:
    """Belongs to the frame loop's thread. It never stops the body: one band a frame is the least.

    Attributes:
        limit_ms: the longest frame that keeps the frame rate.
    """

    def __init__(self, limit_ms: float) -> None:
        self.limit_ms = limit_ms
        self._rate = float(BANDS)

    @property
    def bands(self) -> int:
        return int(self._rate)

    def frame_took(self, frame_ms: float) -> None:
        """Note what a frame took."""
        if frame_ms > self.limit_ms:
            left = max(LEAST_LEFT, min(SLOWER, self.limit_ms / frame_ms))
            self._rate = max(1.0, left * self._rate)
        elif frame_ms < (1.0 - HEADROOM) * self.limit_ms:
            self._rate = min(float(BANDS), self._rate + FASTER)
