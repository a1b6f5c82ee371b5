"""ZeroMqReader: the newest frame from a runtime's ZeroMQ port, on this machine or another.

with closing(ZeroMqReader()) as reader:
    frame = reader.read(timeout_s=1.0)
"""

from __future__ import annotations

import time
from typing import Final

import zmq

from omote.readers.connection_events import ConnectionEvents
from omote.readers.packed_picture import FORMATS, unpack_picture
from omote.readers.reader import ReceivedFrame
from protocol.addresses import url_host
from protocol.errors import FrameHeaderError
from protocol.frames.frame_header import FRAME_TOPIC, unpack_header
from protocol.keys import ClientKey
from protocol.messages import PUBLISH_PORT

MAX_BYTES: Final = 2**28  # 8192 x 8192 raw pixels
RECONNECT_MS: Final = 100
SILENT_S: Final = 2.0


class ZeroMqReader:
    """A FrameReader. ZeroMQ reconnects by itself. Use it from one thread.

    Attributes:
        torn: 0: ZeroMQ delivers whole messages.
        refused: messages that were not valid frames.
    """

    torn = 0

    def __init__(
        self, *, host: str = "127.0.0.1", port: int = PUBLISH_PORT, key: ClientKey | None = None
    ) -> None:
        """Start connecting; returns at once.

        Args:
            host: the runtime's machine.
            port: the runtime's publish port.
            key: required by a runtime that is bound to an address other than loopback.
        """
        self.refused = 0
        self._at = f"tcp://{url_host(host)}:{port}"
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.IPV6, int("[" in self._at))
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
        self._events = ConnectionEvents()

    @property
    def problem(self) -> str:
        """Why no frames arrive now, and what to do; "" while they do."""
        if time.monotonic() - self._heard_s < SILENT_S:
            return ""
        return f"no frames arrive from {self._at}; start the runtime with: omote run --publish zeromq"

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """Return the newest frame not returned before; None when none arrives in time."""
        ends_s = time.monotonic() + timeout_s
        while True:
            left_ms = max(0, round(1000 * (ends_s - time.monotonic())))
            if not self._socket.poll(left_ms):
                self._notice_silence()
                return None
            part = self._socket.recv(copy=False)
            try:
                return self._unpack(part.buffer)
            except FrameHeaderError as error:
                self.refused += 1
                self._events.add(f"{self._at} sent something other than a frame: {error}")

    def take_events(self) -> list[str]:
        """What happened to the connection since the last call, one line per event."""
        return self._events.take()

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._socket.close()
        self._context.term()

    def _unpack(self, message: memoryview) -> ReceivedFrame:
        header = unpack_header(message, formats=FORMATS)
        pixels = unpack_picture(message[header.header_bytes :], header)
        arrived_ns = time.time_ns()
        if header.session_id != self._session_id or self._is_silent:
            is_new_session = self._session_id not in (None, header.session_id)
            event = "the publisher restarted" if is_new_session else "reading"
            self._events.add(f"{event}, {self._at}, {header.width} x {header.height}")
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
            self._events.add(f"{self._at} is silent")
