"""ZeroMqReader: the newest frame from a runtime's ZeroMQ port, on this machine or another.

with closing(ZeroMqReader()) as reader:
    frame = reader.read(timeout_s=1.0)
"""

from __future__ import annotations

import time
from typing import Final

import zmq

from omote.readers.news import News
from omote.readers.packed_picture import FORMATS, unpack_picture
from omote.readers.reader import ReceivedFrame
from protocol.errors import FrameHeaderError
from protocol.frames.frame_header import FRAME_TOPIC, unpack_header
from protocol.keys import ClientKey
from protocol.messages import PUBLISH_PORT

MAX_BYTES: Final = 2**28  # 8192 x 8192 raw pixels
RECONNECT_MS: Final = 100
SILENT_S: Final = 2.0


class ZeroMqReader:
    """A FrameReader. ZeroMQ connects again by itself; belongs to one thread.

    Attributes:
        problem, torn, refused: see FrameReader; nothing is ever torn here.
    """

    torn = 0

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = PUBLISH_PORT, key: ClientKey | None = None
    ) -> None:
        """Connect, sooner or later.

        Args:
            host, port: the runtime's.
            key: what a runtime that other machines may reach asks for.
        """
        self.refused = 0
        self._at = f"tcp://{host}:{port}"
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.CONFLATE, 1)  # the newest frame only; messages have one part
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_BYTES)
        self._socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
        if key is not None:
            options = self._socket
            options.curve_secretkey, options.curve_publickey, options.curve_serverkey = key.options()
        self._socket.setsockopt(zmq.SUBSCRIBE, FRAME_TOPIC)
        self._socket.connect(self._at)
        self._session_id: int | None = None
        self._heard_s = time.monotonic()
        self._is_silent = True
        self._news = News()

    @property
    def problem(self) -> str:
        """Why there are no frames now."""
        if time.monotonic() - self._heard_s < SILENT_S:
            return ""
        return f"no frames come from {self._at}; start it with: omote run --publish zeromq"

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """The newest frame that was not read before; None when none comes in time."""
        ends_s = time.monotonic() + timeout_s
        while True:
            left_ms = max(0, round(1000 * (ends_s - time.monotonic())))
            if not self._socket.poll(left_ms):
                self._notice_silence()
                return None
            part = self._socket.recv(copy=False)
            try:
                return self._unpacked(part.buffer)
            except FrameHeaderError as error:
                self.refused += 1
                self._news.add(f"{self._at} sent what is no frame: {error}")

    def take_news(self) -> list[str]:
        """What happened to the connection since the last call."""
        return self._news.take()

    def close(self) -> None:
        """Give the socket back; may be called twice."""
        self._socket.close()
        self._context.term()

    def _unpacked(self, message: memoryview) -> ReceivedFrame:
        header = unpack_header(message, formats=FORMATS)
        pixels = unpack_picture(message[header.header_bytes :], header)
        arrived_ns = time.time_ns()
        if header.session_id != self._session_id or self._is_silent:
            is_again = self._session_id not in (None, header.session_id)
            began = "the publisher began again" if is_again else "reading"
            self._news.add(f"{began}, {self._at}, {header.width} x {header.height}")
            self._session_id, self._is_silent = header.session_id, False
        self._heard_s = time.monotonic()
        return ReceivedFrame(
            pixels=pixels,
            frame_id=header.frame_id,
            session_id=header.session_id,
            capture_time_ns=header.capture_time_ns,
            receive_time_ns=header.receive_time_ns,
            render_time_ns=header.render_time_ns,
            arrived_time_ns=arrived_ns,
        )

    def _notice_silence(self) -> None:
        if not self._is_silent and time.monotonic() - self._heard_s > SILENT_S:
            self._is_silent = True
            self._news.add(f"{self._at} is silent")
