"""The contracts of trackers that reach this machine over the network.

A tracker never touches a socket: `bridge.ports.hub` owns them all, on one asyncio loop. A file in this folder has
a pure `parse(datagram) -> its own frame | Refusal`, which quotes its specification and never raises, and a
small class that keeps what must be kept from datagram to datagram.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from bridge.observation import Observation
from protocol.codec import Refusal


class FeedResult(NamedTuple):
    """What some bytes gave: observations, oldest first, and what was refused of them."""

    observations: tuple[Observation, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Greeting(NamedTuple):
    """A datagram to send from the tracker's first UDP port."""

    host: str
    port: int
    datagram: bytes


@runtime_checkable
class GreetingTracker(Protocol):
    """A tracker, of datagrams or streams, that asks its senders to send.

    Attributes:
        name: as of `DatagramTracker`.
    """

    name: str

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """Called about five times a second: what to send now to be sent anything (most: nothing).

        Args:
            heard_ns: when the last face of this tracker came; 0 = never.
        """
        ...


@runtime_checkable
class DatagramTracker(Protocol):
    """Turns UDP datagrams into observations.

    Threads: everything from the hub's loop. Time: an argument, Unix nanoseconds of a clock that never jumps.
    Never raises, whatever the bytes are.

    A sender that is silent for 0.4 s is lost. A tracker whose senders send nothing while nothing changes says
    by `flush` what it still holds to be true.

    Attributes:
        name: the sub-command, and the beginning of every source id.
        udp_ports: default ports to listen on, the first one also for greetings.
        is_whole: whether every datagram of a sender says everything, so that an older one that waits may be
            dropped for a newer one; false for protocols that send changes only.
    """

    name: str
    udp_ports: tuple[int, ...]
    is_whole: bool

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Take one datagram; `sender` is "host:port"."""
        ...

    def flush(self, now_ns: int) -> FeedResult:
        """Called every 10 to 50 ms: give what waited long enough (most trackers: nothing)."""
        ...

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """As of `GreetingTracker`."""
        ...


class StreamFeed(Protocol):
    """One TCP connection to a tracker."""

    def feed(self, chunk: bytes, now_ns: int) -> FeedResult:
        """Take some bytes of the stream, cut anywhere. Buffers are bounded; never raises."""
        ...


@runtime_checkable
class StreamTracker(Protocol):
    """Turns TCP connections that senders open to us into observations.

    Attributes:
        name: as above.
        tcp_ports: default ports to listen on.
    """

    name: str
    tcp_ports: tuple[int, ...]

    def connect(self, sender: str) -> StreamFeed:
        """A sender has connected."""
        ...
