"""Bell: waits until shared memory has a new frame, or a moment has passed.

Listens to the doorbell on the runtime's ZeroMQ port. Where nobody rings it looks every millisecond.
"""

from __future__ import annotations

import time
from typing import Final

import zmq

from protocol.frames.ring_header import BELL_TOPIC

NAP_S: Final = 0.0005
#: As long as the bell was heard this lately, it is trusted to ring for the next frame.
TRUSTED_S: Final = 1.0
TRUSTED_WAIT_MS: Final = 20


class Bell:
    """Belongs to one thread."""

    def __init__(self, endpoint: str | None) -> None:
        """Args:
        endpoint: the runtime's ZeroMQ port, `tcp://127.0.0.1:5572`; None = only look again and again.
        """
        self._heard_s = float("-inf")
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None
        if endpoint is None:
            return
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.CONFLATE, 1)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, 1024)
        self._socket.setsockopt(zmq.SUBSCRIBE, BELL_TOPIC)
        self._socket.connect(endpoint)

    @property
    def is_heard(self) -> bool:
        """Whether it rang lately."""
        return time.monotonic() - self._heard_s < TRUSTED_S

    def wait(self, timeout_s: float) -> None:
        """Return when it rings, and after a moment at the latest."""
        if self._context is None:
            time.sleep(min(timeout_s, NAP_S))
            return
        if self._socket.poll(min(TRUSTED_WAIT_MS if self.is_heard else 1, max(1, round(timeout_s * 1000)))):
            self._socket.recv(zmq.NOBLOCK)
            self._heard_s = time.monotonic()

    def close(self) -> None:
        """Give the socket back; may be called twice."""
        if self._context is not None:
            self._socket.close()
            self._context.term()
            self._context = None
