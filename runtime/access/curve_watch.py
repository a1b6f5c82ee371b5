"""CurveWatch: cuts those connections of a libzmq socket that fill memory without sending a message.

libzmq keeps the parts of a message that has no end, and any number of connections. It tells of each connection its file
descriptor, and of each message the connection that it came from; and Linux tells how many bytes a connection has
received, and how many of them libzmq has not read. The others, since the last complete message, are kept by libzmq.

    watch = CurveWatch(opened, count_drop)      # before bind
    watch.delivered(frame)                      # each message
    watch.check(now_s)                          # several times a second

On other systems than Linux it does nothing.

Source: Linux, include/uapi/linux/tcp.h, struct tcp_info; zmq_socket_monitor(3); zmq_msg_get(3), ZMQ_SRCFD.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from struct import Struct
from typing import Final

import zmq
from zmq.utils.monitor import recv_monitor_message

MAX_CONNECTIONS: Final = 64
#: Of an unfinished message, of one connection and of all connections of a port. A quiet client's heartbeats, 50 bytes a
#: second, reach the first in a day; it connects again then.
MAX_KEPT_BYTES: Final = 4 * 1024 * 1024
MAX_KEPT_OF_ALL: Final = 32 * 1024 * 1024
#: Subscriptions of one connection in its life; ours have 4 topics.
MAX_SUBSCRIPTIONS: Final = 1000
CHECK_S: Final = 0.05
#: `tcpi_state`, then `tcpi_bytes_acked` and `tcpi_bytes_received` after 8 octets, 24 numbers of 32 bits and 2 of 64 bits.
_TCP_INFO: Final = Struct("=B119xQQ")
_UNREAD: Final = Struct("=i")
_CLOSED: Final = 7  # TCP_CLOSE
_IS_SUPPORTED: Final = sys.platform == "linux"


@dataclass(slots=True, eq=False)
class _Peer:
    """One connection.

    Attributes:
        socket: a duplicate of libzmq's descriptor, so that it stays this connection's.
        read_at_message: bytes that libzmq had read at its last complete message, or soon after.
        kept: bytes read since, at the check before; nothing if a complete message has come in between, because they may
            have been complete messages that waited.
        read_since: bytes read since.
        acked: bytes that the other side has confirmed.
    """

    socket: socket.socket
    read_at_message: int = 0
    read_since: int = 0
    kept: int = 0
    has_delivered: bool = False
    is_useful: bool = False
    subscriptions: int = 0
    acked: int = 0


class CurveWatch:
    """Used from one thread at a time, as the socket is.

    Args:
        opened: not bound yet.
        count_drop: counts a connection that was cut: reason, detail.

    Attributes:
        sent_bytes: to all connections since the start, which the other sides have confirmed; 0 on other systems than Linux.
    """

    def __init__(self, opened: zmq.Socket[bytes], count_drop: Callable[[str, str], None]) -> None:
        self._opened = opened
        self._count_drop = count_drop
        self._peers: dict[int, _Peer] = {}
        self._checked_s = 0.0
        self.sent_bytes = 0
        self._monitor: zmq.Socket[bytes] | None = None
        if _IS_SUPPORTED:
            self._monitor = opened.get_monitor_socket(
                zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED | zmq.EVENT_CLOSED
            )

    @property
    def connections(self) -> int:
        """How many connections there are, as far as is known."""
        return len(self._peers)

    def descriptors(self) -> list[int]:
        """What becomes readable when a connection comes or goes; edge-triggered."""
        return [] if self._monitor is None else [int(self._monitor.getsockopt(zmq.FD))]

    def delivered(self, frame: zmq.Frame, *, is_subscription: bool = False) -> None:
        """Note a complete message.

        Args:
            frame: one that its sender sent; what ZeroMQ itself says, such as the end of a subscription whose reader is
                gone, has no sender and is passed over.
            is_subscription: whether it is one.
        """
        if self._monitor is None:
            return
        self._take_events(self._monitor)  # the connection may be new, and its number another one's before
        try:
            peer = self._peers.get(int(frame.get(zmq.SRCFD)))
        except zmq.ZMQError as error:
            if error.errno != errno.EINVAL:
                raise
            return
        if peer is not None:
            peer.has_delivered = peer.is_useful = True
            peer.subscriptions += is_subscription

    def check(self, now_s: float) -> None:
        """Cut what exceeds a limit; at most every `CHECK_S`."""
        if self._monitor is None or now_s - self._checked_s < CHECK_S:
            return
        self._checked_s = now_s
        self._take_events(self._monitor)
        for number, peer in list(self._peers.items()):
            self._measure(number, peer)
        while (total := sum(peer.kept for peer in self._peers.values())) > MAX_KEPT_OF_ALL:
            number = max(self._peers, key=lambda number: self._peers[number].kept)
            self._cut(
                number, "unfinished message", f"clients sent {total >> 20} MiB of messages without an end"
            )
        while len(self._peers) > MAX_CONNECTIONS:
            idle = (number for number, peer in self._peers.items() if not peer.is_useful)
            self._cut(
                next(idle, next(reversed(self._peers))),
                "too many connections",
                f"{MAX_CONNECTIONS} are in use; one that sent nothing was cut",
            )

    def close(self) -> None:
        """Stop watching; call it before the socket is closed. May be called twice."""
        if self._monitor is not None:
            self._opened.disable_monitor()
            self._monitor.close(linger=0)
            self._monitor = None
        while self._peers:
            self._peers.popitem()[1].socket.close()

    def _take_events(self, monitor: zmq.Socket[bytes]) -> None:
        while int(monitor.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
            event = recv_monitor_message(monitor)
            number = int(event["value"])
            before = self._peers.pop(number, None)
            if before is not None:
                before.socket.close()
            if event["event"] == zmq.EVENT_ACCEPTED:
                with suppress(OSError):  # it has gone already
                    self._peers[number] = _Peer(socket.socket(fileno=os.dup(number)))

    def _measure(self, number: int, peer: _Peer) -> None:
        try:
            before = _unread(peer.socket)
            info = peer.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
            state, acked, received = _TCP_INFO.unpack(info)
            after = _unread(peer.socket)
        except OSError:  # the number was another file's by then: no TCP socket
            state = _CLOSED
        if state == _CLOSED:
            del self._peers[number]
            peer.socket.close()
            return
        self.sent_bytes += acked - peer.acked
        peer.acked = acked
        peer.kept = 0 if peer.has_delivered else peer.read_since
        if peer.has_delivered:
            peer.has_delivered = False
            peer.read_at_message = received - before
        # More may have come between the three answers: in doubt for the client.
        peer.read_since = received - after - peer.read_at_message
        if peer.kept > MAX_KEPT_BYTES:
            self._cut(
                number, "unfinished message", f"a client sent {peer.kept >> 20} MiB of one without an end"
            )
        elif peer.subscriptions > MAX_SUBSCRIPTIONS:
            self._cut(number, "too many subscriptions", f"a client made more than {MAX_SUBSCRIPTIONS}")

    def _cut(self, number: int, reason: str, detail: str) -> None:
        """End a connection: libzmq sees its end, and frees what it kept."""
        peer = self._peers.pop(number)
        with suppress(OSError):
            peer.socket.shutdown(socket.SHUT_RDWR)
        peer.socket.close()
        self._count_drop(reason, detail)


def _unread(opened: socket.socket) -> int:
    """How many bytes wait in the kernel."""
    import fcntl
    import termios

    return int(_UNREAD.unpack(fcntl.ioctl(opened, termios.FIONREAD, bytes(_UNREAD.size)))[0])
