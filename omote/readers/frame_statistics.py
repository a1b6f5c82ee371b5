"""FrameStatistics: rate, latency and losses of the frames that a reader received.

statistics.add(frame)
report = statistics.report(seconds)   # since the last report
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from omote.readers.reader import ReceivedFrame

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class FrameReport:
    """Statistics of one interval.

    Attributes:
        frames: that were read.
        fps: frames read per second.
        lost: that were published and never read; None when the frames carry no ids.
        width, height: of the newest frame, pixels; 0 without any.
        latency_ms: p50, p95, p99 from the end of rendering to the pixels being whole in the reader's process; None
            when the frames carry no render time.
    """

    frames: int
    fps: float
    lost: int | None
    width: int
    height: int
    latency_ms: tuple[float, float, float] | None


class FrameStatistics:
    """Accumulates from one report to the next."""

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None  # session and frame id
        self._size = (0, 0)
        self._clear()

    def add(self, frame: ReceivedFrame) -> None:
        """Count a frame that was read."""
        self._frames += 1
        self._size = (frame.pixels.shape[1], frame.pixels.shape[0])
        if frame.render_time_ns > 0:
            self._latencies_ms.append((frame.arrived_time_ns - frame.render_time_ns) / 1e6)
        if frame.frame_id is None:
            self._has_ids = False
            return
        if self._last is not None and self._last[0] == frame.session_id:
            self._lost += max(0, frame.frame_id - self._last[1] - 1)
        self._last = (frame.session_id, frame.frame_id)

    def report(self, seconds: float) -> FrameReport:
        """Summarise the frames since the last report, and start again.

        Args:
            seconds: since the last report.
        """
        values = np.percentile(self._latencies_ms, PERCENTILES) if self._latencies_ms else None
        made = FrameReport(
            frames=self._frames,
            fps=self._frames / seconds if seconds > 0 else 0.0,
            lost=self._lost if self._has_ids else None,
            width=self._size[0],
            height=self._size[1],
            latency_ms=None if values is None else (float(values[0]), float(values[1]), float(values[2])),
        )
        self._clear()
        return made

    def _clear(self) -> None:
        self._frames = self._lost = 0
        self._latencies_ms: list[float] = []
        self._has_ids = True
