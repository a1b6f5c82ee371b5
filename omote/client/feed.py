"""Feed: the newest item of a reader, one after the other, until the client is closed.

with closing(frame_feed(address, ...)) as feed:
    while (frame := feed.next()) is not None: ...
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, Literal, TypeVar

from bridge.forwarders.motion_reader import MotionReader
from omote.client.composed_motion import ComposedMotion, composed_motion
from omote.client.errors import NoFrameError, ValueRefusedError
from omote.client.patience import check_patience
from omote.client.runtime_address import RuntimeAddress
from omote.readers.reader import ReceivedFrame
from omote.readers.selection import READERS, ReaderChoice, open_reader
from protocol.frames.ring_files import is_stream_name

logger = logging.getLogger(__name__)

Transport = Literal["shm", "zeromq", "ndi"]
T = TypeVar("T")

STEP_S: Final = 0.1  # longest that `next` does not notice that the client was closed
WARN_S: Final = 3.0  # without any item, the reader's problem is logged once


class Feed(Generic[T]):
    """Waits for the next item of one reader. `next` and `close` belong to one thread; any thread may set `ends`."""

    def __init__(
        self,
        read: Callable[[float], T | None],
        *,
        problem: Callable[[], str],
        close: Callable[[], None],
        ends: threading.Event,
        timeout_s: float | None,
    ) -> None:
        """Take over an open reader.

        Args:
            read: waits for at most so many seconds.
            problem: why nothing arrives, for people.
            close: closes the reader.
            ends: set when the client is closed.
            timeout_s: how long `next` waits; None = until the client is closed.
        """
        self._read = read
        self._problem = problem
        self._close = close
        self._ends = ends
        self._timeout_s = timeout_s
        self._is_warned = False

    def next(self) -> T | None:
        """Return the newest item not returned before; None when the client was closed.

        Raises:
            NoFrameError: nothing arrived within `timeout_s`.
        """
        began_s = time.monotonic()
        while not self._ends.is_set():
            waited_s = time.monotonic() - began_s
            left_s = STEP_S if self._timeout_s is None else self._timeout_s - waited_s
            item = self._read(max(0.0, min(STEP_S, left_s)))
            if item is not None:
                self._is_warned = False
                return item
            if left_s <= 0.0:
                raise NoFrameError(self._problem() or f"nothing arrived within {self._timeout_s:g} s")
            if waited_s > WARN_S and not self._is_warned:
                self._is_warned = True
                logger.warning("%s", self._problem() or f"nothing arrived for {WARN_S:g} s")
        return None

    def close(self) -> None:
        """Close the reader; may be called twice."""
        self._close()


def frame_feed(
    address: RuntimeAddress,
    transport: Transport | None,
    stream: str,
    *,
    ends: threading.Event,
    timeout_s: float | None,
) -> Feed[ReceivedFrame]:
    """Open a runtime's frames: by shared memory where it runs on this machine, else by ZeroMQ.

    Raises:
        ValueRefusedError: there is no such transport, no stream may have this name, or the time is none.
        ReaderError: this transport cannot work on this machine.
    """
    _check_wait(timeout_s)
    transport = transport or ("shm" if address.is_local else "zeromq")
    if transport not in READERS:
        raise ValueRefusedError(f"transport: got {transport!r}, expected one of {', '.join(READERS)}")
    if transport == "shm" and not is_stream_name(stream):
        raise ValueRefusedError(f"stream: got {stream!r}, expected a name as in: omote run --stream NAME")
    choice = ReaderChoice(
        stream=stream, host=address.host, publish_port=address.publish_port, key=address.key
    )
    reader = open_reader(transport, choice)
    advice = f"no frames arrive by {transport}; start the runtime with: omote run --publish {transport}"
    return Feed(
        reader.read,
        problem=lambda: reader.problem or advice,
        close=reader.close,
        ends=ends,
        timeout_s=timeout_s,
    )


def motion_feed(
    address: RuntimeAddress, *, ends: threading.Event, timeout_s: float | None
) -> Feed[ComposedMotion]:
    """Subscribe to a runtime's composed motion.

    Raises:
        ValueRefusedError: the time is none.
    """
    _check_wait(timeout_s)
    reader = MotionReader(f"tcp://{address.publish_at}", key=address.key)

    def read(wait_s: float) -> ComposedMotion | None:
        message = reader.read(wait_s)
        return None if message is None else composed_motion(message)

    def problem() -> str:
        return (
            f"no motion arrives from {address.publish_at}; start the runtime with: omote run --publish zeromq"
        )

    return Feed(read, problem=problem, close=reader.close, ends=ends, timeout_s=timeout_s)


def _check_wait(timeout_s: float | None) -> None:
    if timeout_s is not None:
        check_patience(timeout_s, none_means="waits until the client is closed")
