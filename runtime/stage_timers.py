"""StageTimers: how long each stage of a frame takes, as percentiles over the last seconds.

The clock is an argument.

    timers = StageTimers(("compose", "render"), time.perf_counter)
    with timers.stage("render"):
        pixels = engine.render(motion, now_s)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final

import numpy as np

from protocol.messages import StageTiming

#: Number of measurements that percentiles are taken over: about eight seconds at 60 fps.
WINDOW: Final = 512


class TimingWindow:
    """The newest `WINDOW` measurements in milliseconds."""

    def __init__(self) -> None:
        self._values = np.zeros(WINDOW, np.float32)
        self._count = 0

    def add(self, milliseconds: float) -> None:
        """Add one measurement; it replaces the oldest when the window is full."""
        self._values[self._count % WINDOW] = milliseconds
        self._count += 1

    def percentiles(self) -> tuple[float, float, float]:
        """p50, p95 and p99 in milliseconds; zeros before the first measurement."""
        known = self._values[: min(self._count, WINDOW)]
        if not known.size:
            return 0.0, 0.0, 0.0
        p50, p95, p99 = np.percentile(known, (50, 95, 99))
        return float(p50), float(p95), float(p99)


class _Stage:
    """A context manager that is made once and entered every frame."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.window = TimingWindow()
        self.last_ms = 0.0
        self.carried_ms = 0.0  # of its parts that are over
        self._clock = clock
        self._began_s = 0.0

    def __enter__(self) -> None:
        self._began_s = self._clock()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.last_ms = self.carried_ms + 1000.0 * (self._clock() - self._began_s)
        self.carried_ms = 0.0
        self.window.add(self.last_ms)


class _Part:
    """A context manager whose time counts with the next measurement of its stage."""

    def __init__(self, stage: _Stage, clock: Callable[[], float]) -> None:
        self._stage = stage
        self._clock = clock
        self._began_s = 0.0

    def __enter__(self) -> None:
        self._began_s = self._clock()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stage.carried_ms += 1000.0 * (self._clock() - self._began_s)


class StageTimers:
    """A window for each stage, "frame" for their sum, "latency" from a message's arrival to its published frame.

    Args:
        stages: names, in the order of the frame.
        clock: returns monotonic seconds.
    """

    def __init__(self, stages: Sequence[str], clock: Callable[[], float]) -> None:
        self._stages = {name: _Stage(clock) for name in stages}
        self._parts = {name: _Part(stage, clock) for name, stage in self._stages.items()}
        self._frame = TimingWindow()
        self._latency = TimingWindow()

    def stage(self, name: str) -> _Stage:
        """The context manager that measures one stage: `with timers.stage("render"):`."""
        return self._stages[name]

    def part(self, name: str) -> _Part:
        """The context manager for work on a stage before it: its time counts with the stage's next measurement."""
        return self._parts[name]

    def frame_done(self) -> float:
        """Add the sum of the stages' last measurements to "frame", and return it, milliseconds."""
        frame_ms = sum(stage.last_ms for stage in self._stages.values())
        self._frame.add(frame_ms)
        return frame_ms

    def add_latency(self, milliseconds: float) -> None:
        """Add the time from a message's arrival to its published frame."""
        self._latency.add(milliseconds)

    def report(self) -> list[StageTiming]:
        """Percentiles in milliseconds of every stage, then of "frame" and "latency"."""
        windows = {name: stage.window for name, stage in self._stages.items()}
        windows |= {"frame": self._frame, "latency": self._latency}
        timings = []
        for name, window in windows.items():
            p50, p95, p99 = (round(value, 3) for value in window.percentiles())
            timings.append(StageTiming(name=name, p50_ms=p50, p95_ms=p95, p99_ms=p99))
        return timings
