"""The contracts of trackers that send to this machine over the network.

A tracker never touches a socket: `bridge.ports.hub` owns them all, on one asyncio loop. A tracker's module has
a pure `parse(datagram) -> its own frame | Refusal`, which quotes its specification and never raises, and a
class that keeps the state between datagrams.
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
    """A datagram that asks a sender to start or to keep sending; sent from the tracker's first UDP port."""

    host: str
    port: int
    datagram: bytes


@runtime_checkable
class DatagramTracker(Protocol):
    """Turns UDP datagrams into observations.

    Threads: everything from the hub's loop. Time: an argument, Unix nanoseconds of a clock that never jumps.
    Errors: never raises, whatever the bytes are.
    Loss: a sender that is silent for 0.4 s is lost. A tracker whose senders send nothing while nothing changes is a
    `FlushingTracker` too, and repeats its state.

    Attributes:
        name: the sub-command, and the beginning of every source id.
        udp_ports: default ports to listen on, the first one also for greetings.
        is_whole: whether every datagram holds the sender's whole state, so that one that waits may be dropped
            for a newer one; false for protocols that send changes only.
    """

    name: str
    udp_ports: tuple[int, ...]
    is_whole: bool

    def feed(self, datagram: bytes, sender: str, now_ns: int) -> FeedResult:
        """Parse one datagram; `sender` is "host:port"."""
        ...


@runtime_checkable
class FlushingTracker(Protocol):
    """A datagram tracker that also gives observations by time: incomplete frames, repeated states."""

    name: str

    def flush(self, now_ns: int) -> FeedResult:
        """Return what is due; called every 10 to 50 ms."""
        ...


@runtime_checkable
class GreetingTracker(Protocol):
    """A tracker, of datagrams or streams, whose senders must be asked to send."""

    name: str

    def greetings(self, now_ns: int, heard_ns: int) -> tuple[Greeting, ...]:
        """Return the greetings that are due; called about five times a second.

        Args:
            heard_ns: time of this tracker's last observation; 0 = none yet.
        """
        ...


class StreamFeed(Protocol):
    """The parser of one TCP connection."""

    def feed(self, chunk: bytes, now_ns: int) -> FeedResult:
        """Parse the next bytes of the stream, cut anywhere. Buffers are bounded; never raises."""
        ...


@runtime_checkable
class StreamTracker(Protocol):
    """Turns TCP connections, which senders open to us, into observations.

    Attributes:
        name: as of `DatagramTracker`.
        tcp_ports: default ports to listen on.
    """

    name: str
    tcp_ports: tuple[int, ...]

    def connect(self, sender: str) -> StreamFeed:
        """Return the parser of a new connection; `sender` is "host:port"."""
        ...
