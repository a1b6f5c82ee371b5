"""ProgressBar: a progress line for counted work: how many are done, how many a second, time left.

bar = ProgressBar(len(frames), "frames")
for done, frame in enumerate(frames, 1):
    bar(done)
bar.finish(len(frames))
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from bridge.progress_line import ProgressLine


class ProgressBar:
    """Redraws one line on a terminal; writes a line every five seconds elsewhere."""

    def __init__(
        self,
        total: int,
        unit: str,
        *,
        stream: TextIO | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start counting the time.

        Args:
            total: how many there will be; 0 = unknown.
            unit: what is counted, in the plural: "frames".
            stream: where the line goes; None = stderr.
        """
        self._total = total
        self._unit = unit
        self._clock_s = clock_s
        self._line = ProgressLine(sys.stderr if stream is None else stream, clock_s=clock_s)
        self._begin_s = clock_s()

    def __call__(self, done: int) -> None:
        """Draw how many are done, unless the last drawing is too recent."""
        self._line(self.share(done), self.text(done, self._elapsed_s()))

    def finish(self, done: int) -> None:
        """Draw the last state on a terminal, and end the line."""
        self._line.finish(self.share(done), self.text(done, self._elapsed_s()))

    def share(self, done: int) -> float | None:
        """The part that is done, 0..1; None when the total is unknown."""
        return min(done / self._total, 1.0) if self._total > 0 else None

    def text(self, done: int, elapsed_s: float) -> str:
        """The words after the bar."""
        rate = done / elapsed_s
        if self._total <= 0:
            return f"{done} {self._unit}, {rate:.1f} fps"
        left_s = max(self._total - done, 0) / rate if rate > 0 else 0.0
        minutes, seconds = divmod(round(left_s), 60)
        return f"{done}/{self._total} {self._unit}, {rate:.1f} fps, {minutes}:{seconds:02d} to go"

    def _elapsed_s(self) -> float:
        return max(self._clock_s() - self._begin_s, 1e-6)
