"""NDI: frames with alpha to OBS, Unreal, vMix and anything else that reads NDI, on this machine or another.

    publisher = open_ndi(fps=60.0)

Through cyndilib (MIT), whose wheels carry NDI's own library under NDI's licence: an extra, `omote[ndi]`.
NDI listens on every network interface and has no password, so this publisher is never opened by default.
NDI® is a registered trademark of Vizrt NDI AB.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import PublishError, UnavailableError
from runtime.publishers.settings import DISPLAY_NAME
from runtime.publishers.threaded import ThreadedPublisher

DEFAULT_FPS: Final = 60.0


def open_ndi(*, stream: str = DISPLAY_NAME, fps: float = DEFAULT_FPS) -> ThreadedPublisher:
    """Open the NDI publisher.

    Args:
        stream: name of the source, shown after this machine's name.
        fps: frame rate that is announced to receivers; 0 = 60.

    Raises:
        PublishError: cyndilib is missing, or NDI does not start.
    """
    return ThreadedPublisher("ndi", lambda: NdiSender(stream, fps or DEFAULT_FPS))


class NdiSender:
    """One NDI source; opened again when the size of the frames changes."""

    def __init__(self, stream: str, fps: float) -> None:
        """Open the source; see `open_ndi`.

        Raises:
            UnavailableError: cyndilib is missing.
            PublishError: another program of this machine has this name.
        """
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
        """Compress and send one frame, (H, W, 4) uint8 RGBA; NDI uses straight alpha.

        Raises:
            PublishError: NDI refused the frame.
        """
        if (header.width, header.height) != self._size:
            self._open((header.width, header.height))
        if not self._sender.write_video(pixels.reshape(-1)):
            raise PublishError("NDI refused a frame; it is opened again")

    def close(self) -> None:
        """Remove the source from the network."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _open(self, size: tuple[int, int]) -> None:
        self.close()
        # without NDI's own clock, which would make `send` wait: the loop paces the frames
        sender = self._ndi.Sender(self._stream, clock_video=False, clock_audio=False)
        frame = self._ndi.VideoSendFrame()
        frame.set_resolution(*size)
        frame.set_frame_rate(self._fps)
        frame.set_fourcc(self._ndi.FourCC.RGBA)
        sender.set_video_frame(frame)
        # nothing is heard of it; without one, cyndilib 0.1.3 crashes where NDI opens no source
        sender.set_audio_frame(self._ndi.AudioSendFrame())
        try:
            with redirect_stdout(sys.stderr):  # cyndilib prints what it raises
                sender.open()
        except MemoryError as error:
            raise PublishError(
                f"NDI opens no source {self._stream!r}: another program of this machine has this name; choose another one "
                "with --stream, or end that program"
            ) from error
        self._sender, self._size = sender, size
