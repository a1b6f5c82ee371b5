"""ThumbnailPublisher: a small picture of the face twice a second, for pages that show many faces.

thumbnails = ThumbnailPublisher(send, session_id)
thumbnails.publish(frame)       # with every frame that somebody wants thumbnails of
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.frames.frame_header import THUMBNAIL_TOPIC, FrameHeader
from runtime.frames.frame import Frame
from runtime.frames.frame_encoding import encode_pixels
from runtime.publishers.threaded import ThreadedPublisher

SIDE: Final = 160
INTERVAL_NS: Final = 500_000_000


class ThumbnailPublisher:
    """Takes the frames that are due, and shrinks, encodes and sends them on a thread of its own.

    Threads: `publish` and `close` from the loop's thread; `send` is called on this publisher's thread.

    Args:
        send: sends one message, its topic first.
        session_id: of the frames.
    """

    def __init__(self, send: Callable[[bytes], None], session_id: int) -> None:
        self._threaded = ThreadedPublisher("thumbnails", lambda: _Sender(send, session_id))
        self._due_ns = 0

    def publish(self, frame: Frame) -> None:
        """Take a frame if half a second has passed since the one before; the time is that of the frames.

        Raises:
            PublishError: the port is closed.
        """
        at_ns = frame.render_time_ns
        if at_ns >= self._due_ns or at_ns < self._due_ns - INTERVAL_NS:  # the second: the clock was set back
            self._due_ns = at_ns + INTERVAL_NS
            self._threaded.publish(frame)

    def close(self) -> None:
        """End the thread; may be called twice."""
        self._threaded.close()


class _Sender:
    """Made, called and closed on the publisher's thread."""

    def __init__(self, send: Callable[[bytes], None], session_id: int) -> None:
        self._send, self._session_id = send, session_id

    def wants_frames(self) -> bool:
        """True: frames are passed only while there are subscribers."""
        return True

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Send one frame, (H, W, 4) uint8 RGBA."""
        small = thumbnail(pixels)
        height, width = small.shape[:2]
        ours = replace(header, width=width, height=height, stride=4 * width, session_id=self._session_id)
        self._send(THUMBNAIL_TOPIC + encode_pixels(small, ours, "webp"))

    def close(self) -> None:
        """Do nothing."""


def thumbnail(pixels: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """Shrink a picture so that its longer side has `side` pixels; a smaller one stays as it is.

    Args:
        pixels: (H, W, 4) uint8 RGBA, straight alpha.

    Returns:
        (h, w, 4) uint8 RGBA, straight alpha; colours are averaged by their alpha.
    """
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1.0:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
