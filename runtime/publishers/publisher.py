"""FramePublisher: the contract of every publisher. A publisher sends Frames to other programs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from protocol.messages import Status
from runtime.frames.frame import Frame


class FramePublisher(Protocol):
    """Sends Frames without blocking the loop.

    Threads: the loop's thread calls every method. A publisher that serves clients does so on its own thread, which
    gets frames through one latest-value slot.
    Ownership: `frame.pixels` may be overwritten when `publish` has returned; a publisher that keeps it copies it.
    Errors: `publish` raises `runtime.errors.PublishError` when the output fails. `PublisherSet` then closes the
    publisher and opens it again with growing pauses.

    Attributes:
        name: the publisher's key in `runtime.publishers.selection.PUBLISHERS`.
    """

    name: str

    def publish(self, frame: Frame) -> None:
        """Send one Frame, or drop it where no receiver is ready for it."""
        ...

    def publish_status(self, status: Status) -> None:
        """Send a Status, about once a second; raises PublishError as `publish` does."""
        ...

    def close(self) -> None:
        """Release ports and memory; may be called twice."""
        ...


@runtime_checkable
class CountsBytes(Protocol):
    """A publisher that knows what it has sent over the network."""

    @property
    def sent_bytes(self) -> int:
        """Sent to all its readers together since it was opened."""
        ...


@runtime_checkable
class SupportsDetail(Protocol):
    """A publisher with a description for the status."""

    @property
    def detail(self) -> str:
        """For people: where the frames go, and whether they are read. Any thread may read it."""
        ...
