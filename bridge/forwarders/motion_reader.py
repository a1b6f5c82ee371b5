"""MotionReader: receives a runtime's newest composed motion, and the names of its drivers.

with MotionReader("tcp://127.0.0.1:5572") as reader:
    while (motion := reader.read(timeout_s=0.5)) is not None: ...
"""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Final, Self

import zmq

from bridge.errors import ForwardError
from protocol.channels import CHANNELS
from protocol.codec import decode_message
from protocol.errors import CodecError
from protocol.frames.frame_header import MOTION_TOPIC, STATUS_TOPIC
from protocol.keys import ClientKey
from protocol.messages import PUBLISH_PORT, MotionMessage, Status

DEFAULT_ADDRESS: Final = f"tcp://127.0.0.1:{PUBLISH_PORT}"
_MAX_BYTES: Final = 1024 * 1024
#: Above every channel's range; a message with a larger value is damaged.
_MAX_VALUE: Final = 1e3


class MotionReader:
    """Two ZeroMQ subscriptions that keep the newest message only. Belongs to one thread.

    ZeroMQ reconnects by itself when the runtime restarts.

    Attributes:
        address: the runtime's.
        refused: reason -> count of messages that could not be used.
    """

    def __init__(self, address: str = DEFAULT_ADDRESS, *, key: ClientKey | None = None) -> None:
        """Subscribe to motion and status.

        Args:
            address: ZeroMQ address that the runtime publishes on.
            key: needed for a runtime that is bound to other addresses than loopback.

        Raises:
            ForwardError: ZeroMQ cannot connect to the address.
        """
        self.address = address
        self._key = key
        self.refused: Counter[str] = Counter()
        self._context = zmq.Context()
        try:
            self._motion = self._subscribe(MOTION_TOPIC)
            self._status = self._subscribe(STATUS_TOPIC)
        except zmq.ZMQError as error:
            self._context.destroy(linger=0)
            raise ForwardError(
                f"{address!r} is not an address to read from ({error}); expected one such as {DEFAULT_ADDRESS}"
            ) from error

    def read(self, timeout_s: float) -> MotionMessage | None:
        """Return the newest unread motion, all values finite; None when none arrives in time."""
        if not self._motion.poll(round(timeout_s * 1000)):
            return None
        message = self._decoded(self._motion.recv(zmq.NOBLOCK), MOTION_TOPIC)
        if not isinstance(message, MotionMessage):
            return None
        values = message.values
        if len(values) < len(CHANNELS) or not all(-_MAX_VALUE < value < _MAX_VALUE for value in values):
            self.refused["wrong values"] += 1
            return None
        return message

    def drivers(self) -> list[str]:
        """Return the names of the runtime's drivers from the newest unread status; empty when there is none.

        That of a UDP sender ends with its address and port: "vmc:127.0.0.1:50000", though its name has no port.
        """
        if not self._status.poll(0):
            return []
        message = self._decoded(self._status.recv(zmq.NOBLOCK), STATUS_TOPIC)
        if not isinstance(message, Status):
            return []
        return [
            f"{driver.source[:4]}{driver.origin}"
            if driver.origin and driver.source.startswith(("osc:", "vmc:"))
            else driver.source
            for driver in message.drivers
        ]

    def close(self) -> None:
        """Close the sockets; may be called twice."""
        if not self._context.closed:
            self._context.destroy(linger=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _subscribe(self, topic: bytes) -> zmq.Socket[bytes]:
        opened = self._context.socket(zmq.SUB)
        opened.set(zmq.IPV6, int("[" in self.address))
        opened.set(zmq.CONFLATE, 1)
        opened.set(zmq.MAXMSGSIZE, _MAX_BYTES)
        opened.set(zmq.RECONNECT_IVL, 100)
        opened.set(zmq.RECONNECT_IVL_MAX, 1000)
        opened.set(zmq.SUBSCRIBE, topic)
        if self._key is not None:
            opened.curve_secretkey, opened.curve_publickey, opened.curve_serverkey = self._key.options()
        opened.connect(self.address)
        return opened

    def _decoded(self, data: bytes, topic: bytes) -> object:
        try:
            return decode_message(data.removeprefix(topic))
        except CodecError as error:
            self.refused[error.reason] += 1
            return None
