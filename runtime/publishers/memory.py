"""MemoryPublisher: keeps the newest Frame for other threads of this process, such as programs that embed the runtime.

publisher = MemoryPublisher()
frame = publisher.wait_for_frame(after_id=0, timeout_s=1.0)
"""

from __future__ import annotations

import threading
from dataclasses import replace

from protocol.messages import Status
from runtime.frames.frame import Frame


class MemoryPublisher:
    """Keeps a copy of the newest Frame and Status. Any thread may read them; they are never overwritten."""

    name = "memory"

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._frame: Frame | None = None
        self._status: Status | None = None

    def publish(self, frame: Frame) -> None:
        """Keep a copy of the frame."""
        motion = None if frame.motion is None else frame.motion.copy()
        copy = replace(frame, pixels=frame.pixels.copy(), motion=motion)
        with self._arrived:
            self._frame = copy
            self._arrived.notify_all()

    def publish_status(self, status: Status) -> None:
        """Keep the status; it is immutable."""
        self._status = status

    def latest(self) -> Frame | None:
        """The newest Frame; None before the first."""
        return self._frame

    def latest_status(self) -> Status | None:
        """The newest Status; None before the first."""
        return self._status

    def wait_for_frame(self, *, after_id: int, timeout_s: float) -> Frame | None:
        """Wait until the newest Frame has a higher id than `after_id`; None when the timeout passes first."""

        def is_newer() -> bool:
            return self._frame is not None and self._frame.frame_id > after_id

        with self._arrived:
            return self._frame if self._arrived.wait_for(is_newer, timeout_s) else None

    def close(self) -> None:
        """Do nothing; the newest Frame stays readable."""
