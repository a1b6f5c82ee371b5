"""ZmtpSubscribers: the frame port on loopback: a ZeroMQ PUB without libzmq, on a thread of its own.

subscribers = ZmtpSubscribers(bind_tcp(5572, "publish"))
if subscribers.wants(FRAME_TOPIC):
    buffer = subscribers.buffer(size)             # write one message into it
    subscribers.publish(FRAME_TOPIC, buffer)

Every subscriber gets the newest message of each topic it wants: while one is on its way, newer ones replace each
other. What a peer can use up is bounded: connections, topics, bytes of a topic, and one message of each kind.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from protocol.local_peer import LocalPeers
from protocol.zmtp import ZmtpMessage
from runtime.errors import PublishError
from runtime.intake.zmtp_server import Connection, ZmtpServer
from runtime.publishers.subscribers import Buffer

MAX_TOPICS: Final = 16
MAX_TOPIC_BYTES: Final = 64
#: A subscriber that has not taken a message after this long is cut; SUB sockets connect again by themselves.
STALLED_S: Final = 5.0
IDLE_S: Final = 0.5
#: A handshake and some subscriptions: no more is worth parsing of a peer that asks for too many.
READ_BYTES: Final = 512
LAST_MESSAGES_S: Final = 0.1
#: Larger messages are written into buffers that are used again.
POOLED_BYTES: Final = 64 * 1024
SEND_BUFFER_BYTES: Final = 4 * 1024 * 1024


@dataclass(slots=True, eq=False)
class _Subscriber:
    topics: set[bytes] = field(default_factory=set)
    pending: dict[bytes, Buffer] = field(default_factory=dict)
    sending: Buffer | None = None
    since_s: float = 0.0


class ZmtpSubscribers:
    """The listening socket, its connections and the thread that serves them.

    Threads: `wants`, `buffer` and `publish` from one thread at a time; `close` from the one that made it.

    Attributes:
        port: the one that is bound.
    """

    def __init__(
        self, listeners: socket.socket | Sequence[socket.socket], *, peers: LocalPeers | None = None
    ) -> None:
        """Serve a socket that listens already; it is closed by `close`.

        Args:
            peers: refuses the connections of other users of this machine; None = anyone may connect.
        """
        listeners = [listeners] if isinstance(listeners, socket.socket) else list(listeners)
        self.port = int(listeners[0].getsockname()[1])
        self._lock = threading.Lock()  # of the buffers' counts, and of what is published
        self._pool: list[Buffer] = []  # of one size: frames have the same one for long
        self._pooled_bytes = 0
        self._published: dict[bytes, Buffer] = {}
        self._subscribers: dict[Connection, _Subscriber] = {}
        self._wanted: frozenset[bytes] = frozenset()
        self._stopping = False
        self._sent_bytes = 0
        self._selector = selectors.DefaultSelector()
        self._waker, self._wakes = socket.socketpair()
        self._waker.setblocking(False)
        self._wakes.setblocking(False)
        self._selector.register(self._wakes, selectors.EVENT_READ, self._drain_wakes)
        for listener in listeners:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._server = ZmtpServer(
            self._selector,
            listeners,
            "PUB",
            self._take,
            lambda reason, detail: None,
            closed=self._closed,
            next_output=self._next,
            read_bytes=READ_BYTES,
            peers=peers,
        )
        self._thread = threading.Thread(target=self._serve, name="omote-publish", daemon=True)
        self._thread.start()

    @property
    def sent_bytes(self) -> int:
        """Sent to all subscribers together since the start."""
        return self._sent_bytes

    @property
    def wanted(self) -> frozenset[bytes]:
        """Everything that is subscribed to: prefixes of topics."""
        return self._wanted

    def wants(self, topic: bytes) -> bool:
        """Whether a message that begins with this topic would be sent to anybody.

        Raises:
            PublishError: the port is closed.
        """
        if not self._thread.is_alive():
            raise PublishError(f"the frame port {self.port} is closed")
        return any(topic.startswith(wanted) for wanted in self._wanted)

    def buffer(self, size: int) -> Buffer:
        """Room for a message of `size` bytes that no subscriber is being sent."""
        if size < POOLED_BYTES:
            return Buffer(size)
        with self._lock:
            if size != self._pooled_bytes:
                self._pool, self._pooled_bytes = [], size
            for one in self._pool:
                if one.users == 0 and not one.is_published:
                    return one
            made = Buffer(size)
            self._pool.append(made)
            return made

    def publish(self, topic: bytes, buffer: Buffer) -> None:
        """Send a buffer's message to everyone who wants the topic; it is not written to again."""
        with self._lock:
            before = self._published.get(topic)
            if before is not None:
                before.is_published = False
            buffer.is_published = True
            self._published[topic] = buffer
        self._wake()

    def close(self) -> None:
        """Close the port; messages in transit get 0.1 s at most. May be called twice."""
        if self._stopping:
            return
        self._stopping = True
        self._wake()
        self._thread.join()

    def _serve(self) -> None:
        ends_s = float("inf")
        while True:
            now_s = time.monotonic()
            if self._stopping:
                ends_s = min(ends_s, now_s + LAST_MESSAGES_S)
                if now_s >= ends_s or not any(self._is_busy(s) for s in self._subscribers.values()):
                    break
            timeout_s = self._server.timeout_s(now_s, min(IDLE_S, max(ends_s - now_s, 0.0)))
            events = self._selector.select(timeout_s)
            now_s = time.monotonic()
            for key, mask in events:
                key.data(mask, now_s)
            self._hand_out(now_s)
            self._server.tick(now_s)
            for connection, subscriber in list(self._subscribers.items()):
                if subscriber.sending is not None and now_s - subscriber.since_s > STALLED_S:
                    self._server.cut(connection, "subscriber stalled", "")
        self._server.close()
        for one in (self._waker, self._wakes):
            one.close()
        self._selector.close()

    def _hand_out(self, now_s: float) -> None:
        """Give what was published to those who want it, and send what can be sent."""
        if not self._published:
            return
        with self._lock:
            published, self._published = self._published, {}
            for topic, buffer in published.items():
                buffer.is_published = False
                for subscriber in self._subscribers.values():
                    if not any(topic.startswith(wanted) for wanted in subscriber.topics):
                        continue
                    before = subscriber.pending.get(topic)
                    if before is not None:
                        before.users -= 1
                    buffer.users += 1
                    subscriber.pending[topic] = buffer
        for connection, subscriber in list(self._subscribers.items()):
            if subscriber.pending and subscriber.sending is None:
                subscriber.since_s = now_s
                self._server.flush(connection)

    def _next(self, connection: Connection) -> memoryview | None:
        """The next message for a subscriber that has taken everything."""
        subscriber = self._subscribers.get(connection)
        if subscriber is None:
            return None
        with self._lock:
            if subscriber.sending is not None:
                self._sent_bytes += len(subscriber.sending.framed)
                subscriber.sending.users -= 1
                subscriber.sending = None
            if not subscriber.pending:
                return None
            topic = min(subscriber.pending, key=lambda one: len(subscriber.pending[one].message))
            subscriber.sending = subscriber.pending.pop(topic)
        subscriber.since_s = time.monotonic()
        return subscriber.sending.framed

    def _take(self, connection: Connection, message: ZmtpMessage) -> bool:
        """A subscription or its end: RFC 23, a message whose first octet is 1 or 0."""
        if message.refused or len(message.parts) != 1 or message.parts[0][:1] not in (b"\0", b"\1"):
            return False
        change, topic = message.parts[0][:1], message.parts[0][1:]
        subscriber = self._subscribers.setdefault(connection, _Subscriber())
        if change == b"\0":
            subscriber.topics.discard(topic)
        elif len(topic) > MAX_TOPIC_BYTES or len(subscriber.topics) >= MAX_TOPICS:
            self._server.cut(connection, "too many topics", "")
            return False
        else:
            subscriber.topics.add(topic)
        self._count_wanted()
        return True

    def _closed(self, connection: Connection) -> None:
        subscriber = self._subscribers.pop(connection, None)
        if subscriber is None:
            return
        with self._lock:
            for buffer in (*subscriber.pending.values(), subscriber.sending):
                if buffer is not None:
                    buffer.users -= 1
        self._count_wanted()

    def _count_wanted(self) -> None:
        self._wanted = frozenset().union(*(s.topics for s in self._subscribers.values()))

    @staticmethod
    def _is_busy(subscriber: _Subscriber) -> bool:
        return subscriber.sending is not None or bool(subscriber.pending)

    def _wake(self) -> None:
        with suppress(OSError):  # full: it wakes anyway; closed: the thread has ended
            self._waker.send(b"\0")

    def _drain_wakes(self, events: int, now_s: float) -> None:
        with suppress(BlockingIOError):
            while self._wakes.recv(4096):
                pass
