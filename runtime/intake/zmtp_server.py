"""ZmtpServer: one TCP port that ZeroMQ clients connect to, served without libzmq by the thread that owns a selector.

server = ZmtpServer(selector, bind_tcp(5570, "control"), "PULL", take, count_drop)
for key, events in selector.select(server.timeout_s(now_s)):
    key.data(events, now_s)
server.tick(now_s)

What a peer can use up is bounded: connections a port, time for the handshake, bytes and parts of a message,
messages a second, bytes that wait to be sent to it. One that asks for more than its share is read later, or cut.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from protocol.errors import ZmtpError
from protocol.local_peer import LocalPeers
from protocol.zmtp import ZmtpMessage, ZmtpPeer, encode_message
from runtime.intake.token_bucket import TokenBucket

MAX_CONNECTIONS: Final = 64
HANDSHAKE_S: Final = 5.0
FAREWELL_S: Final = 1.0  # for a refused peer to read why and to hang up
READ_BYTES: Final = 16 * 1024  # a read event; the other connections get their turn after it
MAX_WAITING_BYTES: Final = 256 * 1024  # replies that a peer does not take
#: New connections a second; more wait in the listener's backlog.
ACCEPT_RATE: Final = 100.0
ACCEPT_BURST: Final = 64.0
#: A face at 60 frames a second sends some 300 messages; a bridge with ten of them 2,000.
#: Data counts as one message more for every full `MESSAGE_BYTES`.
RATE: Final = 4000.0
MESSAGE_BYTES: Final = 2048
BURST: Final = 1000.0
#: All connections of a port together; above it the busiest wait.
SHARED_RATE: Final = 10_000.0
SHARED_BURST: Final = 2000.0
_FREE_MESSAGES: Final = 16  # a read: a connection that sends no more never waits for the shared bucket


@dataclass(slots=True, eq=False)
class Connection:
    """One peer's connection.

    Attributes:
        number: counts up from 1 over the server's life; the peer's identity.
        began_s: when it was accepted. heard_s: when its last message came.
        waiting: bytes that the peer has still to take. current: what is left of the long message being sent.
        unanswered: its commands that wait for a reply.
        refused_s: when its peer was refused, 0 = it was not; what it still sends is thrown away.
        is_useful: whether it has sent a message that was not refused.
    """

    number: int
    socket: socket.socket
    peer: ZmtpPeer
    began_s: float
    heard_s: float
    bucket: TokenBucket = field(default_factory=lambda: TokenBucket(RATE, BURST))
    waiting: bytearray = field(default_factory=bytearray)
    current: memoryview | None = None
    events: int = selectors.EVENT_READ
    paused_until_s: float = 0.0
    unanswered: int = 0
    is_useful: bool = False
    refused_s: float = 0.0
    is_open: bool = True


class ZmtpServer:
    """A listening socket and its connections. Everything is called from one thread; nothing ever waits."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        listeners: socket.socket | Sequence[socket.socket],
        socket_type: str,
        take: Callable[[Connection, ZmtpMessage], bool],
        count_drop: Callable[[str, str], None],
        *,
        closed: Callable[[Connection], None] = lambda connection: None,
        next_output: Callable[[Connection], memoryview | None] = lambda connection: None,
        max_connections: int = MAX_CONNECTIONS,
        read_bytes: int = READ_BYTES,
        peers: LocalPeers | None = None,
    ) -> None:
        """Serve sockets that listen already, such as one of IPv4 and one of IPv6; they are closed by `close`.

        Args:
            listeners: one, or several for the same port.
            selector: of the thread; its keys' data are called with (events, now_s).
            socket_type: ours: "PULL" or "ROUTER".
            take: is given each message; says whether it was of use. Must not wait.
            count_drop: counts a refused input: reason, detail.
            closed: is given each connection that has ended.
            next_output: what to send to a peer that has taken everything: whole frames, sent without a copy.
            read_bytes: how much is read of one connection before the others get their turn.
            max_connections: the one that is of least use gives way to one more.
            peers: refuses the connections of other users of this machine; None = anyone may connect.
        """
        self._selector = selector
        self._listeners = [listeners] if isinstance(listeners, socket.socket) else list(listeners)
        self._socket_type = socket_type
        self._take = take
        self._count_drop = count_drop
        self._closed = closed
        self._next_output = next_output
        self._max_connections = max_connections
        self._read_bytes = read_bytes
        self._peers = peers
        self._shared = TokenBucket(SHARED_RATE, SHARED_BURST)
        self._accepts = TokenBucket(ACCEPT_RATE, ACCEPT_BURST)
        self._is_accepting = True
        self._count = 0
        self.connections: list[Connection] = []
        for listener in self._listeners:
            listener.setblocking(False)
        self._listen()

    def _listen(self) -> None:
        for listener in self._listeners:
            self._selector.register(listener, selectors.EVENT_READ, partial(self._accept, listener))

    def _deafen(self) -> None:
        for listener in self._listeners:
            self._selector.unregister(listener)

    def timeout_s(self, now_s: float, longest_s: float) -> float:
        """How long the thread may sleep: until a paused connection may be read again."""
        paused = [c.paused_until_s - now_s for c in self.connections if c.paused_until_s > 0.0]
        if not self._is_accepting:
            paused.append(self._accepts.wait_s(now_s))
        return max(min([longest_s, *paused]), 0.0)

    def tick(self, now_s: float) -> None:
        """Read paused connections again when their time has come; cut handshakes that take too long."""
        if not self._is_accepting and self._accepts.wait_s(now_s) == 0.0:
            self._is_accepting = True
            self._listen()
        for connection in list(self.connections):
            if 0.0 < connection.paused_until_s <= now_s:
                connection.paused_until_s = 0.0
                self._watch(connection)
            if connection.refused_s:
                if now_s - connection.refused_s > FAREWELL_S:
                    self._drop(connection)
            elif not connection.peer.is_ready and now_s - connection.began_s > HANDSHAKE_S:
                self.cut(connection, "no handshake", f"a connection sent none for {HANDSHAKE_S:g} s")

    def send(self, connection: Connection, parts: list[bytes]) -> None:
        """Send a reply; one that the peer does not take waits, within `MAX_WAITING_BYTES`."""
        connection.unanswered -= 1
        if not connection.is_open:
            self._count_drop("reply not taken", "")
            return
        connection.waiting += encode_message(parts)
        self.flush(connection)

    def close(self) -> None:
        """Close everything; what waits to be sent gets one last try. May be called twice."""
        for connection in list(self.connections):
            self.flush(connection)
            self._drop(connection)
        if self._listeners:
            if self._is_accepting:
                self._deafen()
            for listener in self._listeners:
                listener.close()
            self._listeners = []

    def _accept(self, listener: socket.socket, events: int, now_s: float) -> None:
        if not self._is_accepting:  # the other family has just used up what is accepted now
            return
        while self._accepts.wait_s(now_s) == 0.0:
            try:
                opened, peer = listener.accept()
            except BlockingIOError:  # none left
                return
            except OSError:  # it is gone again, or this process has no descriptor left: try again later
                self._accepts.take(ACCEPT_BURST, now_s)
                continue
            self._accepts.take(1, now_s)
            if self._peers is not None and (refusal := self._peers.refusal(peer, opened.getsockname())):
                opened.close()
                self._count_drop("another user", refusal)
                continue
            if len(self.connections) >= self._max_connections and not self._make_room():
                opened.close()
                self._count_drop("too many connections", f"{self._max_connections} are in use")
                continue
            opened.setblocking(False)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._count += 1
            connection = Connection(self._count, opened, ZmtpPeer(self._socket_type), now_s, now_s)
            self.connections.append(connection)
            self._selector.register(opened, connection.events, self._ready(connection))
            connection.waiting += connection.peer.take_output()
            self.flush(connection)
        self._is_accepting = False
        self._deafen()

    def _make_room(self) -> bool:
        """Cut the connection that is of least use: without a handshake, or without a message, the oldest first."""
        idle = [c for c in self.connections if not c.is_useful]
        if not idle:
            return False
        worst = min(idle, key=lambda c: (c.peer.is_ready, c.heard_s))
        self.cut(worst, "too many connections", "one that sent nothing was cut for a new one")
        return True

    def _ready(self, connection: Connection) -> Callable[[int, float], None]:
        def ready(events: int, now_s: float) -> None:
            if events & selectors.EVENT_WRITE:
                self.flush(connection)
            if events & selectors.EVENT_READ and connection.is_open:
                self._read(connection, now_s)

        return ready

    def _read(self, connection: Connection, now_s: float) -> None:
        try:
            data = connection.socket.recv(self._read_bytes)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return
        if connection.refused_s:
            return
        try:
            messages = connection.peer.feed(data)
        except ZmtpError as error:
            self._refuse(connection, error, now_s)
            return
        if output := connection.peer.take_output():
            connection.waiting += output
            self.flush(connection)
        for message in messages:
            connection.is_useful |= self._take(connection, message)
        if messages:
            connection.heard_s = now_s
        if cost := len(messages) + len(data) // MESSAGE_BYTES:
            self._charge(connection, cost, now_s)

    def _refuse(self, connection: Connection, error: ZmtpError, now_s: float) -> None:
        """Say our last words and wait for the peer to hang up.

        Our READY tells the peer which port it has reached. Closing at once, with bytes of the peer's unread, would
        reset the connection, and the peer's system would throw our words away.
        """
        self._count_drop(error.reason, error.detail)
        connection.refused_s = now_s
        connection.waiting += connection.peer.take_output()
        self.flush(connection)
        if connection.is_open and not connection.waiting:
            with suppress(OSError):
                connection.socket.shutdown(socket.SHUT_WR)

    def _charge(self, connection: Connection, count: int, now_s: float) -> None:
        """Pause a connection that sends more than its share; TCP then slows its sender down."""
        connection.bucket.take(count, now_s)
        wait_s = connection.bucket.wait_s(now_s)
        if count > _FREE_MESSAGES:
            self._shared.take(count - _FREE_MESSAGES, now_s)
            wait_s = max(wait_s, self._shared.wait_s(now_s))
        if wait_s > 0.0 and connection.is_open:
            connection.paused_until_s = now_s + wait_s
            self._watch(connection)

    def flush(self, connection: Connection) -> None:
        """Send what the peer takes now."""
        while connection.is_open:
            # a long message is never interrupted by a short one
            is_long = connection.current is not None
            if not is_long and not connection.waiting:
                if connection.peer.is_ready:
                    connection.current = self._next_output(connection)
                if connection.current is None:
                    break
                is_long = True
            try:
                sent = connection.socket.send(connection.current if is_long else connection.waiting)  # type: ignore[arg-type]
            except BlockingIOError:
                break
            except OSError:
                self._drop(connection)
                return
            if not is_long:
                del connection.waiting[:sent]
            elif connection.current is not None:
                left = connection.current[sent:]
                connection.current = left if len(left) else None
        if len(connection.waiting) > MAX_WAITING_BYTES:
            self.cut(connection, "reply not taken", "a client that reads no replies was cut")
            return
        self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        """Ask the selector for what this connection waits for."""
        if not connection.is_open:
            return
        events = 0 if connection.paused_until_s > 0.0 else selectors.EVENT_READ
        if connection.waiting or connection.current is not None:
            events |= selectors.EVENT_WRITE
        if events == connection.events:
            return
        if connection.events == 0:
            self._selector.register(connection.socket, events, self._ready(connection))
        elif events == 0:
            self._selector.unregister(connection.socket)
        else:
            self._selector.modify(connection.socket, events, self._ready(connection))
        connection.events = events

    def cut(self, connection: Connection, reason: str, detail: str) -> None:
        """End a connection, and count why."""
        self._count_drop(reason, detail)
        self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        if not connection.is_open:
            return
        connection.is_open = False
        if connection.events:
            self._selector.unregister(connection.socket)
        connection.socket.close()
        self.connections.remove(connection)
        self._closed(connection)
