"""CurveSubscribers: the frame port where other machines may reach it: libzmq's XPUB with CURVE keys.

The same calls as `ZmtpSubscribers`. Everyone who subscribes holds a key of the list.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import zmq

from protocol.frames.frame_header import FRAME_TOPIC, MOTION_TOPIC, STATUS_TOPIC, THUMBNAIL_TOPIC
from protocol.frames.ring_header import BELL_TOPIC
from runtime.access.bind import Bind
from runtime.access.curve import CurveGate
from runtime.access.curve_watch import CurveWatch
from runtime.access.ports import bind_zmq
from runtime.errors import PublishError
from runtime.publishers.subscribers import Buffer

TOPICS: Final = (FRAME_TOPIC, STATUS_TOPIC, MOTION_TOPIC, BELL_TOPIC, THUMBNAIL_TOPIC)
QUEUE: Final = 2  # messages ZeroMQ keeps for a slow subscriber before it drops
#: A CURVE handshake takes some 300; topics have 8.
MAX_SUBSCRIPTION_BYTES: Final = 1024
LAST_MESSAGES_MS: Final = 100


class CurveSubscribers:
    """One XPUB socket. A lock lends it to the thread that publishes; libzmq copies what is sent."""

    def __init__(
        self, port: int, bind: Bind, count_drop: Callable[[str, str], None] = lambda reason, detail: None
    ) -> None:
        """Bind a port.

        Args:
            port: 0 for a free one.
            bind: has keys.
            count_drop: counts a connection that was cut: reason, detail.

        Raises:
            PortInUseError: another program holds the port.
        """
        assert bind.keys is not None
        self._context = zmq.Context()
        # XPUB is a PUB that also says what is subscribed to
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.setsockopt(zmq.SNDHWM, QUEUE)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_SUBSCRIPTION_BYTES)
        self._socket.setsockopt(zmq.LINGER, LAST_MESSAGES_MS)
        self._socket.setsockopt(zmq.XPUB_VERBOSE, 1)  # what another one has subscribed to is said too
        self._lock = threading.Lock()
        self._gate = CurveGate(self._context, bind.keys)
        self._gate.guard(self._socket)
        self._watch = CurveWatch(self._socket, count_drop)
        self._wanted: set[bytes] = set()
        self._buffer = Buffer(0)
        try:
            self.port = bind_zmq(self._socket, port, "publish", bind.host)
        except BaseException:
            self.close()
            raise

    @property
    def sent_bytes(self) -> int:
        """Sent to all subscribers together since the start, encrypted; 0 on other systems than Linux."""
        return self._watch.sent_bytes

    @property
    def wanted(self) -> frozenset[bytes]:
        """Everything that is subscribed to: prefixes of topics."""
        self._take_subscriptions()
        return frozenset(self._wanted)

    def wants(self, topic: bytes) -> bool:
        """Whether a message that begins with this topic would be sent to anybody.

        Raises:
            PublishError: the socket is gone.
        """
        self._take_subscriptions()
        return any(topic.startswith(wanted) for wanted in self._wanted)

    def buffer(self, size: int) -> Buffer:
        """Room for a message of `size` bytes; the same one again while the size stays."""
        if len(self._buffer.message) != size:
            self._buffer = Buffer(size)
        return self._buffer

    def publish(self, topic: bytes, buffer: Buffer) -> None:
        """Send a buffer's message, or drop it for those who have no room.

        Raises:
            PublishError: the socket is gone.
        """
        try:
            with self._lock:
                self._socket.send(buffer.message, zmq.NOBLOCK)
        except zmq.Again:
            pass  # XPUB drops by itself; this is for a socket without room at all
        except zmq.ZMQError as error:
            raise PublishError(f"the frame port {self.port} is closed: {error}") from error

    def close(self) -> None:
        """Close the port; messages in transit get 0.1 s at most. May be called twice."""
        with self._lock:
            self._watch.close()
            self._socket.close()
        self._gate.close()
        self._context.term()

    def _take_subscriptions(self) -> None:
        try:
            with self._lock:
                self._watch.check(time.monotonic())
            with suppress(zmq.Again):
                while True:
                    with self._lock:
                        frame = self._socket.recv(zmq.NOBLOCK, copy=False)
                    change = frame.bytes
                    self._watch.delivered(frame, is_subscription=change[:1] == b"\1")
                    wanted = change[1:]
                    if not any(topic.startswith(wanted) for topic in TOPICS):
                        continue  # never sent, so not kept
                    if change[:1] == b"\1":
                        self._wanted.add(wanted)
                    elif change[:1] == b"\0":
                        self._wanted.discard(wanted)
        except zmq.ZMQError as error:
            raise PublishError(f"the frame port {self.port} is closed: {error}") from error
