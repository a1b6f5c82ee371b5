"""ThreadedPublisher: a publisher for roads that take their time, on a thread of their own.

What differs from road to road is a `PictureSender`; what they share is here: the newest frame is handed
over through one slot, the sender opens, works and closes on one thread (graphics contexts want that), and
what goes wrong there reaches the loop as a PublishError.

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
#: How often a sender is asked whether anybody watches, while no frames come.
IDLE_S: Final = 0.5


class PictureSender(Protocol):
    """Sends pictures on one road. Made, called and closed on one thread; may take its time."""

    def wants_frames(self) -> bool:
        """Whether anybody watches; quick. Roads that cannot tell say yes."""
        ...

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Send one picture.

        Args:
            pixels: (H, W, 4) uint8 RGBA, straight alpha, sRGB, top row first, C-contiguous; overwritten
                after the call. The size may differ from call to call.

        Raises:
            PublishError: the road is gone.
        """
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class ThreadedPublisher:
    """A FramePublisher that never waits for its road.

    Threads: `publish` and `close` from the loop's thread. Frames that nobody watches are not copied.
    """

    def __init__(self, name: str, open_sender: Callable[[], PictureSender]) -> None:
        """Start the thread and wait until the sender is open.

        Args:
            name: as in the roster.
            open_sender: called on the thread.

        Raises:
            PublishError: the road cannot be opened on this machine; says why and what to do.
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
        """Put a frame where the thread finds it; while nobody watches, do nothing.

        Raises:
            PublishError: the road is gone.
        """
        self._check()
        if self._is_wanted:
            self._latest.put(frame)
            self._fresh.set()

    def publish_status(self, status: Status) -> None:
        """These roads carry pictures only.

        Raises:
            PublishError: the road is gone.
        """
        self._check()

    def close(self) -> None:
        """Close the road; may be called twice."""
        self._stopping = True
        self._fresh.set()
        self._thread.join(STOP_S)

    def _check(self) -> None:
        if self._failure is not None:
            raise PublishError(str(self._failure)) from self._failure

    def _run(
        self, open_sender: Callable[[], PictureSender], opened: queue.SimpleQueue[Exception | None]
    ) -> None:
        """The thread: open, send the newest whenever there is one, close."""
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
        except Exception as error:  # whatever a foreign library raises ends this road and no other
            self._failure = error
        finally:
            sender.close()
