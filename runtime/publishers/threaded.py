"""ThreadedPublisher: a publisher for outputs whose sending may block, on a thread of its own.

Each output (NDI, Spout, Syphon, a virtual camera) is a `FrameSender`. The publisher passes the newest frame to it
through one slot, opens, calls and closes it on one thread (graphics contexts need that), and raises its errors in the
loop as PublishError.

    publisher = ThreadedPublisher("ndi", lambda: NdiSender("Omote"))
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader, unpack_header
from protocol.messages import Status
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.frames.latest_frame import LatestFrame

OPEN_S: Final = 10.0
STOP_S: Final = 2.0
#: How often `wants_frames` is called while no frames come, seconds.
IDLE_S: Final = 0.5


class FrameSender(Protocol):
    """Sends frames to one output. Made, called and closed on one thread; its methods may block."""

    def wants_frames(self) -> bool:
        """Whether a receiver is connected; returns fast. True where the output cannot tell."""
        ...

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Send one frame.

        Args:
            pixels: (H, W, 4) uint8 RGBA, straight alpha, sRGB, top row first, C-contiguous; overwritten
                after the call. The size may change between calls.
            header: of this frame.

        Raises:
            PublishError: the output failed.
        """
        ...

    def close(self) -> None:
        """Release the output."""
        ...


class ThreadedPublisher:
    """A FramePublisher whose `publish` never waits for the output.

    Threads: `publish` and `close` from the loop's thread. Without a receiver no frame is copied.
    """

    def __init__(self, name: str, open_sender: Callable[[], FrameSender]) -> None:
        """Start the thread and wait until the sender is open.

        Args:
            name: of the publisher, for errors and the thread's name.
            open_sender: opens the output; called on the thread.

        Raises:
            PublishError: the output cannot be opened on this machine; says why and what to do.
        """
        self.name = name
        self._latest = LatestFrame(secrets.randbits(64))
        self._fresh = threading.Event()
        self._stopping = False
        self._is_wanted = False
        self._failure: Exception | None = None
        opened: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._run, args=(open_sender, opened), name=f"omote-{name}", daemon=True
        )
        self._thread.start()
        try:
            failure = opened.get(timeout=OPEN_S)
        except queue.Empty:
            failure = PublishError(f"{name} did not open within {OPEN_S:g} s; is its driver installed?")
        if failure is not None:
            self._stopping = True
            raise failure

    def publish(self, frame: Frame) -> None:
        """Copy a frame for the thread; without a receiver, do nothing.

        Raises:
            PublishError: the output failed.
        """
        self._check()
        if self._is_wanted:
            self._latest.put(frame)
            self._fresh.set()

    def publish_status(self, status: Status) -> None:
        """Nothing is sent: these outputs carry frames only.

        Raises:
            PublishError: the output failed.
        """
        self._check()

    def close(self) -> None:
        """Close the output and end the thread; may be called twice."""
        self._stopping = True
        self._fresh.set()
        self._thread.join(STOP_S)

    def _check(self) -> None:
        if self._failure is not None:
            raise PublishError(str(self._failure)) from self._failure

    def _run(
        self, open_sender: Callable[[], FrameSender], opened: queue.SimpleQueue[Exception | None]
    ) -> None:
        """The thread: open the output, send the newest frame whenever there is one, close."""
        try:
            sender = open_sender()
        except Exception as error:
            opened.put(error if isinstance(error, PublishError) else PublishError(f"{self.name}: {error}"))
            return
        opened.put(None)
        try:
            while not self._stopping:
                self._is_wanted = sender.wants_frames()
                if self._fresh.wait(IDLE_S) and not self._stopping:
                    self._fresh.clear()
                    _, message = self._latest.take()
                    header = unpack_header(message)
                    pixels = np.frombuffer(message, np.uint8, offset=header.header_bytes)
                    sender.send(pixels.reshape(header.height, header.width, 4), header)
        except Exception as error:  # third-party libraries may raise anything; only this publisher fails
            self._failure = error
        finally:
            sender.close()
