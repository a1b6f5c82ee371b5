"""NDI: frames with alpha to OBS, Unreal, vMix and anything else that reads NDI, on this machine or another.

    publisher = open_ndi(fps=60.0)

Through cyndilib (MIT), whose wheels carry NDI's own library under NDI's licence: an extra, `omote[ndi]`.
NDI listens on every network interface and has no password; only who asks for this publisher opens it.
NDI® is a registered trademark of Vizrt NDI AB.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import PublishError, UnavailableError
from runtime.publishers.threaded import ThreadedPublisher

STREAM: Final = "Omote"
DEFAULT_FPS: Final = 60.0


def open_ndi(*, stream: str = STREAM, fps: float = DEFAULT_FPS) -> ThreadedPublisher:
    """The NDI publisher.

    Args:
        stream: the name under which the picture appears, after this machine's.
        fps: told to receivers; 0 = 60.

    Raises:
        PublishError: cyndilib is missing, or NDI does not start.
    """
    return ThreadedPublisher("ndi", lambda: NdiSender(stream, fps or DEFAULT_FPS))


class NdiSender:
    """One NDI source; opened anew when the picture's size changes."""

    def __init__(self, stream: str, fps: float) -> None:
        """Raises PublishError: cyndilib is missing."""
        try:
            import cyndilib
        except ImportError as error:
            raise UnavailableError(
                "NDI needs cyndilib, which is not installed or finds no NDI library for this system "
                f"({error}); install it with: pip install 'omote[ndi]'"
            ) from error
        self._ndi: Any = cyndilib
        self._stream = stream
        self._fps = Fraction(fps).limit_denominator(1001)
        self._size = (0, 0)
        self._sender: Any = None
        self._open((64, 64))  # receivers may connect before the first frame

    def wants_frames(self) -> bool:
        """Whether a receiver is connected."""
        return self._sender is not None and self._sender.get_num_connections(0) > 0

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Compress and send; NDI takes straight alpha, as it is."""
        if (header.width, header.height) != self._size:
            self._open((header.width, header.height))
        if not self._sender.write_video(pixels.reshape(-1)):
            raise PublishError("NDI took no frame; it is opened again")

    def close(self) -> None:
        """Take the source off the network."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _open(self, size: tuple[int, int]) -> None:
        self.close()
        # the loop keeps the time, so NDI must not: its clock would make `send` wait
        sender = self._ndi.Sender(self._stream, clock_video=False, clock_audio=False)
        frame = self._ndi.VideoSendFrame()
        frame.set_resolution(*size)
        frame.set_frame_rate(self._fps)
        frame.set_fourcc(self._ndi.FourCC.RGBA)
        sender.set_video_frame(frame)
        sender.open()
        self._sender, self._size = sender, size
