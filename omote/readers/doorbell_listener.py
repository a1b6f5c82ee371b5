"""DoorbellListener: waits until shared memory has a new frame, or for a short time.

The runtime's ZeroMQ port publishes a doorbell message for every frame in shared memory. While no such message
arrives, the wait ends after a millisecond and the reader polls shared memory.
"""

from __future__ import annotations

import time
from typing import Final

import zmq

from protocol.frames.ring_header import BELL_TOPIC

POLL_S: Final = 0.0005
#: While the last doorbell message is younger than this, wait longer for the next one.
TRUSTED_S: Final = 1.0
TRUSTED_WAIT_MS: Final = 20


class DoorbellListener:
    """Use it from one thread."""

    def __init__(self, endpoint: str | None) -> None:
        """Subscribe to the doorbell messages.

        Args:
            endpoint: the runtime's ZeroMQ port, `tcp://127.0.0.1:5572`; None = `wait` only sleeps.
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
        """Whether a doorbell message arrived within the last second."""
        return time.monotonic() - self._heard_s < TRUSTED_S

    def wait(self, timeout_s: float) -> None:
        """Return at the next doorbell message; after 20 ms at the latest, after 1 ms when none came lately."""
        if self._context is None:
            time.sleep(min(timeout_s, POLL_S))
            return
        if self._socket.poll(min(TRUSTED_WAIT_MS if self.is_heard else 1, max(1, round(timeout_s * 1000)))):
            self._socket.recv(zmq.NOBLOCK)
            self._heard_s = time.monotonic()

    def close(self) -> None:
        """Close the socket; may be called twice."""
        if self._context is not None:
            self._socket.close()
            self._context.term()
            self._context = None
