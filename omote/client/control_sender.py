"""ControlSender: sends control messages to a runtime that may start, stop and restart meanwhile."""

from __future__ import annotations

import threading
from typing import Final

import zmq

from omote.client.runtime_address import RuntimeAddress
from protocol.codec import encode
from protocol.messages import ControlMessage

DELIVERY_MS: Final = 1000  # longest that `close` waits for the last message to be delivered
QUEUE: Final = 32  # messages that may wait for a connected runtime
RECONNECT_MS: Final = 100
RECONNECT_MOST_MS: Final = 1000


class ControlSender:
    """Messages go to a connected runtime or nowhere: none waits for a runtime that starts later, when it is out of date.

    Any thread may send.
    """

    def __init__(self, address: RuntimeAddress) -> None:
        """Start connecting in the background; returns at once."""
        self._context = zmq.Context()
        self._lock = threading.Lock()  # a ZeroMQ socket must not be used by two threads at once
        self._socket = address.open_socket(self._context, zmq.PUSH)
        self._socket.setsockopt(zmq.IMMEDIATE, 1)  # no queue without a connection
        self._socket.setsockopt(zmq.LINGER, DELIVERY_MS)
        self._socket.setsockopt(zmq.SNDHWM, QUEUE)
        self._socket.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, RECONNECT_MOST_MS)
        self._socket.connect(f"tcp://{address.control_at}")

    def send(self, message: ControlMessage) -> bool:
        """Send one message without waiting; False where no runtime is connected or receives, or this is closed."""
        with self._lock:
            if self._socket.closed:  # by another thread: a program that ends while its audio still calls
                return False
            try:
                self._socket.send(encode(message), zmq.NOBLOCK)
            except zmq.Again:
                return False
        return True

    @property
    def is_connected(self) -> bool:
        """Whether a runtime takes messages now."""
        with self._lock:
            return not self._socket.closed and self._socket.poll(0, zmq.POLLOUT) != 0

    def close(self) -> None:
        """Deliver the queued messages, for at most a second, and close the socket; may be called twice."""
        with self._lock:
            self._socket.close()
        self._context.term()
