"""Recording: motions with their times of arrival -> values at every frame of a frame rate.

    recording.add(12.34, values)
    clip = recording.clip(fps=24.0)

Frames that were lost, and a frame rate that differs from the runtime's, cost no time: every frame is interpolated
between the motions before and after its time.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

from .clip import Clip

#: A recording ends by itself: about 100 MB of motion at 60 frames a second.
MAX_S: Final = 3600.0


class Recording:
    """Motions in the order of arrival. Not for two threads at once.

    Attributes:
        is_full: whether `MAX_S` has passed, so that nothing more is added.
    """

    def __init__(self) -> None:
        self.is_full = False
        self._times: list[float] = []
        self._rows: list[array[float]] = []

    @property
    def duration_s(self) -> float:
        """Seconds from the first motion to the last."""
        return self._times[-1] - self._times[0] if self._times else 0.0

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time_s: float, values: Sequence[float]) -> None:
        """Add one; one that is not later than the last takes its place.

        Args:
            time_s: of any clock that does not go back.
            values: in the order of `channels.CHANNELS`.
        """
        if self._times and time_s - self._times[0] > MAX_S:
            self.is_full = True
            return
        if self._times and time_s <= self._times[-1]:
            self._rows[-1] = array("f", values)
            return
        self._times.append(time_s)
        self._rows.append(array("f", values))

    def clip(self, fps: float) -> Clip:
        """The values at every frame from the first motion on; no frames where nothing was recorded."""
        rows: list[array[float]] = []
        times = self._times
        before = 0
        while times:
            time_s = times[0] + len(rows) / fps
            if time_s > times[-1] + 1e-9:
                break
            while before + 1 < len(times) and times[before + 1] <= time_s:
                before += 1
            rows.append(self._between(before, time_s))
        return Clip(fps=fps, rows=rows, fills_looks=True)

    def _between(self, before: int, time_s: float) -> array[float]:
        first = self._rows[before]
        if before + 1 == len(self._rows):
            return first
        begin_s, end_s = self._times[before], self._times[before + 1]
        share = (time_s - begin_s) / (end_s - begin_s)
        return array("f", (a + share * (b - a) for a, b in zip(first, self._rows[before + 1], strict=True)))
