"""ZeroMqPublisher: Frames and Status to any number of ZeroMQ subscribers.

One part a message: 96 bytes of header and then the pixels, or eight bytes of topic and then a Status or the
frame's Motion in MessagePack, or shared memory's doorbell. A reader that only wants the newest sets CONFLATE and
subscribes to one of the topics; CONFLATE loses parts of multipart messages, which is why there are none.

Raw pixels are sent at once. Packed ones (JPEG, WebP) are packed and sent by a thread of their own, the newest
frame again and again: what comes while it works is replaced by what comes after.

    publisher = ZeroMqPublisher()
    publisher.publish(frame)
"""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from dataclasses import replace
from typing import Final, Literal

import numpy as np
import zmq
from numpy.typing import NDArray

from protocol.codec import encode
from protocol.frames.frame_header import (
    FRAME_TOPIC,
    HEADER_BYTES,
    MOTION_TOPIC,
    STATUS_TOPIC,
    FrameHeader,
    pack_header,
)
from protocol.frames.ring_header import BELL_TOPIC, pack_bell
from protocol.messages import PUBLISH_PORT, MotionMessage, Status
from runtime.access.bind import LOCAL, Bind
from runtime.access.curve import CurveGate
from runtime.access.ports import bind_zmq
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.frames.frame_encoding import Encoding, encode_pixels
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.threaded import ThreadedPublisher

TOPICS: Final = (FRAME_TOPIC, STATUS_TOPIC, MOTION_TOPIC, BELL_TOPIC)
QUEUE: Final = 2  # frames ZeroMQ keeps for a slow subscriber before it drops
#: A CURVE handshake takes some 300; topics have 8.
MAX_SUBSCRIPTION_BYTES: Final = 1024
LAST_MESSAGES_MS: Final = 100


class ZeroMqPublisher:
    """Never waits: what a subscriber does not take in time is dropped for it alone.

    Threads: every method from the loop's thread. Where frames are packed, a lock lends the socket to the packing
    thread for the moment of sending. Frames that nobody subscribes to are not even copied.

    Attributes:
        port: the one that is bound.
        session_id: random; tells subscribers that frame ids began again.
    """

    name = "zeromq"

    def __init__(
        self,
        port: int = PUBLISH_PORT,
        bind: Bind = LOCAL,
        *,
        doorbell: Doorbell | None = None,
        encoding: Literal["raw", "jpeg", "webp"] = "raw",
    ) -> None:
        """Bind a port.

        Args:
            port: 0 for a free one.
            bind: on which address, and what it asks of those who come.
            doorbell: what shared memory rings; sent on to those who subscribed to it.
            encoding: how frames are packed.

        Raises:
            PortInUseError: another program holds the port.
        """
        self.session_id = secrets.randbits(64)
        self._encoding = encoding
        self._doorbell = doorbell
        self._packing: ThreadedPublisher | None = None
        self._context = zmq.Context()
        # XPUB is a PUB that also says what is subscribed to
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.setsockopt(zmq.SNDHWM, QUEUE)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_SUBSCRIPTION_BYTES)
        self._socket.setsockopt(zmq.LINGER, LAST_MESSAGES_MS)
        self._lent = threading.Lock()
        self._gate = CurveGate(self._context, bind.keys) if bind.keys is not None else None
        if self._gate is not None:
            self._gate.guard(self._socket)
        self._wanted: set[bytes] = set()
        self._message = bytearray()
        self._pixels: NDArray[np.uint8] = np.empty((0, 0, 4), np.uint8)
        try:
            self.port = bind_zmq(self._socket, port, "publish", bind.host)
            if encoding != "raw":
                self._packing = ThreadedPublisher("packing", lambda: _Packer(self, encoding))
        except BaseException:
            self.close()
            raise
        if doorbell is not None:
            doorbell.listen(self.ring)

    @property
    def detail(self) -> str:
        """The port, how frames are packed, and whether anybody takes them."""
        taken = "frames are read" if self._is_wanted(FRAME_TOPIC) else "nobody reads frames"
        return f"port {self.port}, {self._encoding}, {taken}"

    def publish(self, frame: Frame) -> None:
        """Send one Frame to those who subscribed to frames, and its Motion to those who subscribed to that.

        Raises:
            PublishError: the socket is gone.
        """
        self._take_subscriptions()
        if frame.motion is not None and self._is_wanted(MOTION_TOPIC):
            self.send(MOTION_TOPIC + encode(_motion_message(frame, frame.motion)))
        if not self._is_wanted(FRAME_TOPIC):
            return
        if self._packing is not None:
            self._packing.publish(frame)
            return
        if frame.pixels.shape != self._pixels.shape:
            self._make_room(frame.pixels)
        pack_header(frame.header(self.session_id), self._message)
        np.copyto(self._pixels, frame.pixels)
        self.send(self._message)

    def publish_status(self, status: Status) -> None:
        """Send a Status to those who subscribed to it.

        Raises:
            PublishError: the socket is gone.
        """
        self._take_subscriptions()
        if self._is_wanted(STATUS_TOPIC):
            self.send(STATUS_TOPIC + encode(status))

    def ring(self, session_id: int, number: int) -> None:
        """Shared memory has a frame. A socket that is gone is `publish`'s to notice."""
        if self._is_wanted(BELL_TOPIC):
            with suppress(PublishError):
                self.send(pack_bell(session_id, number))

    def send(self, message: bytes | bytearray) -> None:
        """Send one whole message, or drop it; from the loop's thread or the packing thread.

        Raises:
            PublishError: the socket is gone.
        """
        try:
            with self._lent:
                self._socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            pass  # XPUB drops by itself; this is for a socket without room at all
        except zmq.ZMQError as error:
            raise PublishError(f"the frame port {self.port} is closed: {error}") from error

    def close(self) -> None:
        """Give the port back, after at most 0.1 s for what is on its way."""
        if self._doorbell is not None:
            self._doorbell.listen(None)
        if self._packing is not None:
            self._packing.close()
        with self._lent:
            self._socket.close()
        if self._gate is not None:
            self._gate.close()
        self._context.term()

    def _make_room(self, pixels: NDArray[np.uint8]) -> None:
        self._message = bytearray(HEADER_BYTES + pixels.size)
        self._pixels = np.frombuffer(self._message, np.uint8, offset=HEADER_BYTES).reshape(pixels.shape)

    def _is_wanted(self, topic: bytes) -> bool:
        return any(topic.startswith(wanted) for wanted in self._wanted)

    def _take_subscriptions(self) -> None:
        """Take in who has subscribed to what since the last time."""
        try:
            while True:
                with self._lent:
                    change = self._socket.recv(zmq.NOBLOCK)
                wanted = change[1:]
                if not any(topic.startswith(wanted) for topic in TOPICS):
                    continue  # never sent, and not kept: nobody can fill our memory with topics
                if change[:1] == b"\1":
                    self._wanted.add(wanted)
                elif change[:1] == b"\0":
                    self._wanted.discard(wanted)
        except zmq.Again:
            pass
        except zmq.ZMQError as error:
            raise PublishError(f"the frame port {self.port} is closed: {error}") from error


class _Packer:
    """Packs pictures and sends them; made, called and closed on the packing thread."""

    def __init__(self, publisher: ZeroMqPublisher, encoding: Encoding) -> None:
        self._publisher = publisher
        self._encoding = encoding

    def wants_frames(self) -> bool:
        """The publisher only hands over what somebody wants."""
        return True

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Pack one picture and send it."""
        ours = replace(header, session_id=self._publisher.session_id)
        self._publisher.send(encode_pixels(pixels, ours, self._encoding))

    def close(self) -> None:
        """Nothing is held."""


def _motion_message(frame: Frame, values: NDArray[np.float32]) -> MotionMessage:
    return MotionMessage(
        frame_id=frame.frame_id,
        capture_time_ns=frame.capture_time_ns,
        receive_time_ns=frame.receive_time_ns,
        values=values.tolist(),
    )
