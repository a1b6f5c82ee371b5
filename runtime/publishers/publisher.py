"""FramePublisher: the contract of everything that sends Frames to other programs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from protocol.messages import Status
from runtime.frames.frame import Frame


class FramePublisher(Protocol):
    """Sends Frames out without ever making the loop wait.

    Threads: `publish` and `close` come from the loop's thread; a publisher with clients of its own serves
    them on its own thread and hands over through one latest-value slot.
    Ownership: `frame.pixels` may be overwritten once `publish` returns; copy what is kept.
    Errors: `publish` raises `runtime.errors.PublishError` when its road is gone; the loop reopens it with
    back-off and goes on.
    """

    name: str

    def publish(self, frame: Frame) -> None:
        """Send one Frame, or drop it where nobody is ready to take it."""
        ...

    def publish_status(self, status: Status) -> None:
        """Send a Status, about once a second; raises as `publish` does."""
        ...

    def close(self) -> None:
        """Give back ports and memory; may be called twice."""
        ...


@runtime_checkable
class SupportsDetail(Protocol):
    """A publisher that can say more than its name."""

    @property
    def detail(self) -> str:
        """For people: where it leads and who takes from it; any thread may ask."""
        ...
