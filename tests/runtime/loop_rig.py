"""A face of the null engine without sockets, and a clock that the test sets, for the tests of the loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from runtime import loop as loop_module
from runtime.avatars.slot import AvatarSlot
from runtime.control.control import Control
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.live_face import LiveFace
from runtime.loop import FrameLoop
from runtime.publishers.memory import MemoryPublisher
from runtime.publishers.publisher_set import PublisherSet
from runtime.takes.desk import TakeDesk
from runtime.takes.folder import TakeFolder


class Clock:
    """Stands for the module `time`: every sleep ends when it should, and every reading takes a microsecond."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def perf_counter(self) -> float:
        self.now_s += 1e-6
        return self.now_s

    def time_ns(self) -> int:
        return 1_700_000_000_000_000_000 + round(self.perf_counter() * 1e9)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class ClockedInbox(Inbox):
    """Waits by that clock."""

    def __init__(self, clock: Clock, arrived: threading.Event | None = None) -> None:
        super().__init__(arrived)
        self._clock = clock

    def wait(self, timeout_s: float) -> bool:
        arrived = super().wait(0.0)
        self._clock.sleep(0.0 if arrived else timeout_s)
        return arrived


class Recorder(MemoryPublisher):
    """Keeps every frame; calls `each` after it."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self.each: Callable[[Frame], None] = lambda frame: None

    def publish(self, frame: Frame) -> None:
        super().publish(frame)
        latest = self.latest()
        assert latest is not None
        self.frames.append(latest)
        self.each(latest)


class Rig:
    """A face with everything it needs, the times that its engine got, and a loop that draws it alone."""

    def __init__(self, folder: Path, inbox: Inbox, fps: float, name: str = "") -> None:
        self.inbox, self.recorder = inbox, Recorder()
        self.slot = AvatarSlot(size=128, engine="null")
        self.slot.load(None)
        self.times_s: list[float] = []
        render = self.slot.engine.render

        def timed(motion: Motion, now_s: float) -> NDArray[np.uint8]:
            self.times_s.append(now_s)
            return render(motion, now_s)

        self.slot.engine.render = timed  # type: ignore[method-assign]
        self.face = LiveFace(
            inbox=self.inbox,
            control=Control(),
            slot=self.slot,
            takes=TakeDesk(TakeFolder(folder), self.inbox),
            publishers=PublisherSet({"memory": lambda: self.recorder}),
            clock=loop_module.time.perf_counter,
            clock_ns=loop_module.time.time_ns,
            fps=fps,
            name=name,
        )
        self.loop = FrameLoop([self.face])

    def run(self, each: Callable[[Frame], None]) -> None:
        """Make frames on this thread until `each` has stopped the loop."""
        self.recorder.each = each
        self.loop.run()

    def stop_at(self, frame_id: int) -> Callable[[Frame], None]:
        return lambda frame: self.loop.stop() if frame.frame_id >= frame_id else None
