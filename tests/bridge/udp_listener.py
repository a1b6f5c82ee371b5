"""A UDP socket for tests with real senders: third-party programs in their own processes."""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable

from bridge.observation import Observation
from bridge.trackers.network_tracker import DatagramTracker, FeedResult, FlushingTracker
from tests.waiting import PATIENCE_S


class Listener:
    """A UDP port of 127.0.0.1 that feeds a tracker."""

    def __init__(self, tracker: DatagramTracker) -> None:
        self._tracker = tracker
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.02)
        self.port: int = self._socket.getsockname()[1]
        self._waiting: deque[Observation] = deque()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def hear(self, is_enough: Callable[[Observation], bool]) -> Observation:
        """Return the first observation that passes `is_enough`; a refusal fails the test."""
        end_s, last = time.monotonic() + PATIENCE_S, None
        while time.monotonic() < end_s:
            while self._waiting:
                last = self._waiting.popleft()
                if is_enough(last):
                    return last
            now_ns = time.time_ns()
            try:
                datagram, (host, port) = self._socket.recvfrom(65536)
                fed = self._tracker.feed(datagram, f"{host}:{port}", now_ns)
            except TimeoutError:
                is_flushing = isinstance(self._tracker, FlushingTracker)
                fed = self._tracker.flush(now_ns) if is_flushing else FeedResult()
            assert fed.refusals == ()
            self._waiting.extend(fed.observations)
        raise AssertionError(f"nothing of the kind came; the last was {last}")
