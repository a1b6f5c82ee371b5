"""ZeroMqPublisher: sends Frames, Motions and Status to any number of ZeroMQ subscribers.

Every message has one part: 96 bytes of header and then the pixels, or eight bytes of topic and then a Status or the
frame's Motion in MessagePack, or shared memory's doorbell. A reader that only needs the newest message sets CONFLATE and
subscribes to one topic. CONFLATE loses parts of multipart messages, so there are none.

Raw pixels are sent at once. JPEG and WebP are encoded and sent by a thread of their own; frames that arrive while it
works are replaced by the newest. So are thumbnails, twice a second, while somebody subscribes to them.

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
    THUMBNAIL_TOPIC,
    FrameHeader,
    pack_header,
)
from protocol.frames.ring_header import BELL_TOPIC, pack_bell
from protocol.messages import PUBLISH_PORT, MotionMessage, Status
from runtime.access.bind import LOCAL, Bind
from runtime.access.ports import bind_tcp_ports
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.frames.frame_encoding import Encoding, encode_pixels
from runtime.publishers.curve_subscribers import CurveSubscribers
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.subscribers import Subscribers
from runtime.publishers.threaded import ThreadedPublisher
from runtime.publishers.thumbnails import ThumbnailPublisher
from runtime.publishers.zmtp_subscribers import ZmtpSubscribers

TOPIC_BYTES: Final = 8


class ZeroMqPublisher:
    """Never waits: messages that a slow subscriber does not receive in time are dropped for this subscriber.

    Threads: every method from the loop's thread. With JPEG or WebP, the encoding thread calls `send` too, under a lock.
    Frames without a subscriber are not copied.

    Attributes:
        port: the bound port number.
        session_id: random; a new one tells subscribers that the frame ids have started again.
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
            port: 0 = a free port.
            bind: the address, and who may connect.
            doorbell: of shared memory; its notifications are sent to the topic's subscribers.
            encoding: of the pixels.

        Raises:
            PortInUseError: another program holds the port.
        """
        self.session_id = secrets.randbits(64)
        self._encoding = encoding
        self._doorbell = doorbell
        self._encoder: ThreadedPublisher | None = None
        self._thumbnails: ThumbnailPublisher | None = None  # begins with its first subscriber
        self._lock = threading.Lock()
        self._subscribers: Subscribers
        if bind.keys is not None:
            self._subscribers = CurveSubscribers(port, bind)
        else:
            self._subscribers = ZmtpSubscribers(bind_tcp_ports(port, "publish", bind.host), peers=bind.peers)
        self.port = self._subscribers.port
        if encoding != "raw":
            self._encoder = ThreadedPublisher("zeromq-encoder", lambda: _EncodingSender(self, encoding))
        if doorbell is not None:
            doorbell.listen(self.send_doorbell)

    @property
    def sent_bytes(self) -> int:
        """Sent to all subscribers together: frames, status, motion and thumbnails; 0 where that is not known."""
        return self._subscribers.sent_bytes

    @property
    def detail(self) -> str:
        """The port, the encoding, and whether there are subscribers to frames."""
        use = "frames are read" if self._subscribers.wants(FRAME_TOPIC) else "no reader of frames"
        return f"port {self.port}, {self._encoding}, {use}"

    def publish(self, frame: Frame) -> None:
        """Send a Frame to the subscribers of frames, and its Motion to the subscribers of Motions.

        Raises:
            PublishError: the socket is closed.
        """
        if frame.motion is not None and self._subscribers.wants(MOTION_TOPIC):
            self.send(MOTION_TOPIC + encode(_motion_message(frame, frame.motion)))
        if self._subscribers.wants(THUMBNAIL_TOPIC):
            if self._thumbnails is None:
                self._thumbnails = ThumbnailPublisher(self.send, self.session_id)
            self._thumbnails.publish(frame)
        if not self._subscribers.wants(FRAME_TOPIC):
            return
        if self._encoder is not None:
            self._encoder.publish(frame)
            return
        with self._lock:
            buffer = self._subscribers.buffer(HEADER_BYTES + frame.pixels.size)
            pack_header(frame.header(self.session_id), buffer.message)
            pixels = np.frombuffer(buffer.message, np.uint8, offset=HEADER_BYTES)
            np.copyto(pixels.reshape(frame.pixels.shape), frame.pixels)
            self._subscribers.publish(FRAME_TOPIC, buffer)

    def publish_status(self, status: Status) -> None:
        """Send a Status to its subscribers.

        Raises:
            PublishError: the socket is closed.
        """
        if self._subscribers.wants(STATUS_TOPIC):
            self.send(STATUS_TOPIC + encode(status))

    def send_doorbell(self, session_id: int, number: int) -> None:
        """Notify the doorbell's subscribers that a ring has a new frame; a socket error is left to `publish`."""
        with suppress(PublishError):
            if self._subscribers.wants(BELL_TOPIC):
                self.send(pack_bell(session_id, number))

    def send(self, message: bytes | bytearray) -> None:
        """Send one message; from the loop's thread or the encoding thread.

        Raises:
            PublishError: the socket is closed.
        """
        with self._lock:
            buffer = self._subscribers.buffer(len(message))
            buffer.message[:] = message
            self._subscribers.publish(bytes(message[:TOPIC_BYTES]), buffer)

    def close(self) -> None:
        """Close the port; messages in transit get 0.1 s at most."""
        if self._doorbell is not None:
            self._doorbell.listen(None)
        if self._encoder is not None:
            self._encoder.close()
        if self._thumbnails is not None:
            self._thumbnails.close()
        self._subscribers.close()


class _EncodingSender:
    """Encodes frames and sends them; made, called and closed on the encoding thread."""

    def __init__(self, publisher: ZeroMqPublisher, encoding: Encoding) -> None:
        self._publisher = publisher
        self._encoding = encoding

    def wants_frames(self) -> bool:
        """True: the publisher passes frames only while there are subscribers."""
        return True

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Encode and send one frame, (H, W, 4) uint8 RGBA."""
        ours = replace(header, session_id=self._publisher.session_id)
        self._publisher.send(encode_pixels(pixels, ours, self._encoding))

    def close(self) -> None:
        """Do nothing."""


def _motion_message(frame: Frame, values: NDArray[np.float32]) -> MotionMessage:
    return MotionMessage(
        frame_id=frame.frame_id,
        capture_time_ns=frame.capture_time_ns,
        receive_time_ns=frame.receive_time_ns,
        values=values.tolist(),
    )
