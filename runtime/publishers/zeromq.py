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
from runtime.access.ports import bind_tcp
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.frames.frame_encoding import Encoding, encode_pixels
from runtime.publishers.curve_subscribers import CurveSubscribers
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.subscribers import Subscribers
from runtime.publishers.threaded import ThreadedPublisher
from runtime.publishers.zmtp_subscribers import ZmtpSubscribers

TOPIC_BYTES: Final = 8


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
        self._lock = threading.Lock()
        self._subscribers: Subscribers
        if bind.keys is not None:
            self._subscribers = CurveSubscribers(port, bind)
        else:
            self._subscribers = ZmtpSubscribers(bind_tcp(port, "publish", bind.host))
        self.port = self._subscribers.port
        if encoding != "raw":
            self._packing = ThreadedPublisher("packing", lambda: _Packer(self, encoding))
        if doorbell is not None:
            doorbell.listen(self.ring)

    @property
    def detail(self) -> str:
        """The port, how frames are packed, and whether anybody takes them."""
        taken = "frames are read" if self._subscribers.wants(FRAME_TOPIC) else "nobody reads frames"
        return f"port {self.port}, {self._encoding}, {taken}"

    def publish(self, frame: Frame) -> None:
        """Send one Frame to those who subscribed to frames, and its Motion to those who subscribed to that.

        Raises:
            PublishError: the socket is gone.
        """
        if frame.motion is not None and self._subscribers.wants(MOTION_TOPIC):
            self.send(MOTION_TOPIC + encode(_motion_message(frame, frame.motion)))
        if not self._subscribers.wants(FRAME_TOPIC):
            return
        if self._packing is not None:
            self._packing.publish(frame)
            return
        with self._lock:
            buffer = self._subscribers.buffer(HEADER_BYTES + frame.pixels.size)
            pack_header(frame.header(self.session_id), buffer.message)
            pixels = np.frombuffer(buffer.message, np.uint8, offset=HEADER_BYTES)
            np.copyto(pixels.reshape(frame.pixels.shape), frame.pixels)
            self._subscribers.publish(FRAME_TOPIC, buffer)

    def publish_status(self, status: Status) -> None:
        """Send a Status to those who subscribed to it.

        Raises:
            PublishError: the socket is gone.
        """
        if self._subscribers.wants(STATUS_TOPIC):
            self.send(STATUS_TOPIC + encode(status))

    def ring(self, session_id: int, number: int) -> None:
        """Shared memory has a frame. A socket that is gone is `publish`'s to notice."""
        with suppress(PublishError):
            if self._subscribers.wants(BELL_TOPIC):
                self.send(pack_bell(session_id, number))

    def send(self, message: bytes | bytearray) -> None:
        """Send one whole message; from the loop's thread or the packing thread.

        Raises:
            PublishError: the socket is gone.
        """
        with self._lock:
            buffer = self._subscribers.buffer(len(message))
            buffer.message[:] = message
            self._subscribers.publish(bytes(message[:TOPIC_BYTES]), buffer)

    def close(self) -> None:
        """Give the port back, after at most 0.1 s for what is on its way."""
        if self._doorbell is not None:
            self._doorbell.listen(None)
        if self._packing is not None:
            self._packing.close()
        self._subscribers.close()


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
