"""BandRate: how many bands of the body a frame computes, by what frames cost. Time is an argument.

rate = BandRate(limit_ms=40.0)
rate.bands                     # all of them until a frame's cost is known; later also 0, where one is due now and then
rate.frame_took(frame_ms)
"""

from __future__ import annotations

from math import ceil
from typing import Final

from runtime.tha.student import BANDS

#: What a frame that was too slow leaves of the rate, at most and at least, and what one that was fast enough adds to it.
SLOWER, LEAST_LEFT, FASTER = 0.8, 0.25, 0.25
#: The least rate, bands a frame: most frames then draw the face alone, and a body takes four seconds at 16 frames a second.
LEAST: Final = 0.25
#: Share of the limit that must remain free before the rate rises.
HEADROOM: Final = 0.1


class BandRate:
    """Belongs to the frame loop's thread. It never stops the body.

    Attributes:
        limit_ms: the longest frame that keeps the frame rate.
    """

    def __init__(self, limit_ms: float) -> None:
        self.limit_ms = limit_ms
        self._rate = self._due = float(BANDS)

    @property
    def bands(self) -> int:
        """Of the next frame."""
        return int(self._due)

    @property
    def frames(self) -> int:
        """Over how many frames a body is spread."""
        return ceil(BANDS / self._rate)

    def frame_took(self, frame_ms: float) -> None:
        """Note what a frame took, and go on to the next one."""
        left = self._due - int(self._due)  # what was due of a further band
        if frame_ms > self.limit_ms:
            kept = max(LEAST_LEFT, min(SLOWER, self.limit_ms / frame_ms))
            self._rate = max(LEAST, kept * self._rate)
        elif frame_ms < (1.0 - HEADROOM) * self.limit_ms:
            # below one band a frame it rises by a share: a whole step would be several times as much
            self._rate = min(float(BANDS), self._rate + FASTER * min(1.0, self._rate))
        self._due = min(left + self._rate, float(BANDS))
