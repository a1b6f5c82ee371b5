"""Subscribers: what the ZeroMQ publisher needs of a frame port, and the room that a message is written into."""

from __future__ import annotations

from typing import Final, Protocol

from protocol.zmtp import frame_header

#: A ZMTP frame header of the long form.
_HEADER_BYTES: Final = 9


class Buffer:
    """Room for one message, with its ZMTP frame header before it, shared by all subscribers that it is sent to.

    Attributes:
        message: (size,) bytes, to be written before the buffer is published.
        framed: the same bytes behind their ZMTP frame header.
        users: how many subscribers it waits for or is on its way to.
        is_published: whether it has been published and not been handed out yet.
    """

    def __init__(self, size: int) -> None:
        """Allocate room for `size` bytes."""
        header = frame_header(size)
        whole = memoryview(bytearray(_HEADER_BYTES + size))
        begin = _HEADER_BYTES - len(header)
        whole[begin:_HEADER_BYTES] = header
        self.message = whole[_HEADER_BYTES:]
        self.framed = whole[begin:]
        self.users = 0
        self.is_published = False


class Subscribers(Protocol):
    """Who reads frames, status and motion over ZeroMQ. `wants`, `buffer` and `publish` never wait.

    Threads: `wants`, `buffer` and `publish` from one thread at a time; `close` from the one that made it.
    Errors: `runtime.errors.PublishError` when the port is gone.

    Attributes:
        port: the one that is bound.
    """

    port: int

    @property
    def sent_bytes(self) -> int:
        """Sent to all subscribers together since the start; 0 where that is not known."""
        ...

    @property
    def wanted(self) -> frozenset[bytes]:
        """Everything that is subscribed to: prefixes of topics."""
        ...

    def wants(self, topic: bytes) -> bool:
        """Whether a message that begins with this topic would be sent to anybody."""
        ...

    def buffer(self, size: int) -> Buffer:
        """Room for a message of `size` bytes that no subscriber is being sent."""
        ...

    def publish(self, topic: bytes, buffer: Buffer) -> None:
        """Send a buffer's message to everyone who wants the topic; the buffer is not written to again."""
        ...

    def close(self) -> None:
        """Close the port; messages in transit get 0.1 s at most. May be called twice."""
        ...
