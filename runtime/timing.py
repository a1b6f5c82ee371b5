"""Timing: how long each stage of the frame takes, and when the next frame may begin.

No clock is read here: `StageTimers` is given one, `FramePacer` is told the time.

    with timers.stage("render"):
        pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final

import numpy as np

from protocol.messages import StageTiming

WINDOW: Final = 512  # frames that percentiles look back on: about eight seconds at 60 fps
#: How soon after the last frame one may begin for a message, in frames; and how much the rate may pass the
#: wanted one in the long run, so that the runtime keeps step with a driver that is a little faster.
EARLIEST: Final = 0.5
OVERSPEED: Final = 1.05
#: A frame whose turn has come waits for a message that it would stand in the way of: one that is expected
#: sooner than a frame could begin for it afterwards. How late the message may be, in its rhythm, and how long
#: the frame waits at most, in frames.
LATE: Final = 0.25
PATIENCE: Final = 0.9
#: The slowest rhythm that is listened to, in frames.
SLOWEST: Final = 12.0


class TimingWindow:
    """The newest `WINDOW` measurements, milliseconds."""

    def __init__(self) -> None:
        self._values = np.zeros(WINDOW, np.float32)
        self._count = 0

    def add(self, milliseconds: float) -> None:
        """Keep one measurement, forget the oldest."""
        self._values[self._count % WINDOW] = milliseconds
        self._count += 1

    def percentiles(self) -> tuple[float, float, float]:
        """p50, p95, p99; zeros before the first measurement."""
        known = self._values[: min(self._count, WINDOW)]
        if not known.size:
            return 0.0, 0.0, 0.0
        p50, p95, p99 = np.percentile(known, (50, 95, 99))
        return float(p50), float(p95), float(p99)


class _Stage:
    """A context manager that is made once and entered every frame."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.ring = TimingWindow()
        self.last_ms = 0.0
        self._clock = clock
        self._began_s = 0.0

    def __enter__(self) -> None:
        self._began_s = self._clock()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.last_ms = 1000.0 * (self._clock() - self._began_s)
        self.ring.add(self.last_ms)


class StageTimers:
    """One ring a stage, "frame" for their sum and "latency" from a message's arrival to its frame.

    Args:
        stages: in the order of the frame.
        clock: seconds, never going back.
    """

    def __init__(self, stages: Sequence[str], clock: Callable[[], float]) -> None:
        self._stages = {name: _Stage(clock) for name in stages}
        self._frame = TimingWindow()
        self._latency = TimingWindow()

    def stage(self, name: str) -> _Stage:
        """What times one stage: `with timers.stage("render"):`."""
        return self._stages[name]

    def frame_done(self) -> None:
        """Add up the stages of one frame."""
        self._frame.add(sum(stage.last_ms for stage in self._stages.values()))

    def add_latency(self, milliseconds: float) -> None:
        """One message's way from its arrival to its published frame."""
        self._latency.add(milliseconds)

    def report(self) -> list[StageTiming]:
        """Percentiles of every stage, then "frame" and "latency"."""
        rings = {name: stage.ring for name, stage in self._stages.items()}
        rings |= {"frame": self._frame, "latency": self._latency}
        made = []
        for name, ring in rings.items():
            p50, p95, p99 = (round(value, 3) for value in ring.percentiles())
            made.append(StageTiming(name=name, p50_ms=p50, p95_ms=p95, p99_ms=p99))
        return made


class FramePacer:
    """When the next frame may begin.

    Without messages frames come at a fixed rate; the grid does not drift, and turns that are missed are
    dropped, never caught up. With messages, a grid of its own would make each wait for half a frame on
    average. So a frame begins with the message:

    - a fresh message may begin a frame before its turn, from `EARLIEST` of a frame after the last one on;
      what it runs ahead is kept count of, so that the long run stays within `OVERSPEED` of the wanted rate;
    - a driver's rhythm is listened to, and a frame whose turn has come waits up to `PATIENCE` of a frame
      for a message that is about to come, instead of just missing it.

    Args:
        fps: frames a second, 0 = as many as there can be.
    """

    def __init__(self, fps: float) -> None:
        self._period_s = 1.0 / fps if fps > 0 else 0.0
        self._last_s = -np.inf
        self._ahead_s = 0.0  # how far fresh frames have run ahead of the overspeed grid
        self._heard_s = -np.inf
        self._rhythm_s = 0.0  # between two messages, 0 = unknown

    def wait_s(self, now_s: float, *, is_fresh: bool) -> float:
        """Seconds until the next frame may begin, 0 = now."""
        period_s = self._period_s
        if period_s == 0.0:
            return 0.0
        if is_fresh:
            return max(self._last_s + self._soonest_s() - now_s, 0.0)
        due_s = self._last_s + period_s
        if self._rhythm_s:
            expected_s = self._heard_s + self._rhythm_s
            if expected_s <= due_s + self._soonest_s():
                latest_s = min(expected_s + LATE * self._rhythm_s, due_s + PATIENCE * period_s)
                due_s = max(due_s, latest_s)
        return max(due_s - now_s, 0.0)

    def begin(self, now_s: float, *, is_fresh: bool) -> None:
        """A frame begins now."""
        period_s = self._period_s
        elapsed_s = now_s - self._last_s
        if is_fresh or not 0.0 <= elapsed_s - period_s < 0.5 * period_s:
            self._ahead_s = min(max(self._ahead_s + period_s / OVERSPEED - elapsed_s, 0.0), period_s)
            self._last_s = now_s
        else:
            self._last_s += period_s  # on the grid, however late the wait ended
        if now_s - self._heard_s > 3.0 * self._rhythm_s:
            self._rhythm_s = 0.0

    def _soonest_s(self) -> float:
        """How soon after a frame another one may begin for a message."""
        credit_s = max((1.0 - EARLIEST) * self._period_s - self._ahead_s, 0.0)
        return max(self._period_s / OVERSPEED - credit_s, EARLIEST * self._period_s)

    def hear(self, arrival_s: float) -> None:
        """The newest message of a frame arrived at this time."""
        since_s = arrival_s - self._heard_s
        if not 0.3 * self._period_s < since_s < SLOWEST * self._period_s:
            self._rhythm_s = 0.0
        elif self._rhythm_s:
            self._rhythm_s += 0.2 * (since_s - self._rhythm_s)
        else:
            self._rhythm_s = since_s
        self._heard_s = arrival_s
