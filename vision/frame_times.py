"""FrameTimes: the presentation timestamps of a video's frames -> seconds that only rise, from 0 at the first frame.

times = FrameTimes(step_s=1 / 30)
time_s = times.next(0.2)          # the timestamp of the next frame in order, None where the file has none

A good file's timestamps come out as they are, less the first. Missing, repeated and jumping ones are repaired.
"""

from __future__ import annotations

from typing import Final

#: A frame stays on the screen for this long at most; a longer gap is a damaged timestamp.
MAX_GAP_S: Final = 600.0
#: A timestamp that falls by less than this is a frame in the wrong place; by more, a new recording begins.
MAX_FALL_S: Final = 1.0
#: Distance between frames whose timestamps do not rise: the landmarker counts whole milliseconds.
LEAST_STEP_S: Final = 0.001


class FrameTimes:
    """Gives each frame its time. One thread, one video."""

    def __init__(self, step_s: float) -> None:
        """Begin before the first frame.

        Args:
            step_s: time between frames without timestamps, seconds, > 0.
        """
        self._step_s = step_s
        self._shift_s: float | None = None  # what is added to a timestamp; None before the first one
        self._time_s = -step_s  # of the last frame

    def next(self, timestamp_s: float | None) -> float:
        """The time of the next frame, seconds from the first frame.

        Args:
            timestamp_s: as the file says, any origin; None = it says nothing.
        """
        expected_s = self._time_s + self._step_s
        if timestamp_s is None:
            self._time_s = expected_s
            return expected_s
        if self._shift_s is None:
            self._shift_s = expected_s - timestamp_s
        time_s = timestamp_s + self._shift_s
        if not -MAX_FALL_S < time_s - self._time_s <= MAX_GAP_S:
            self._shift_s = expected_s - timestamp_s
            time_s = expected_s
        self._time_s = time_s if time_s > self._time_s else self._time_s + LEAST_STEP_S
        return self._time_s
