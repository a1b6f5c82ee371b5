"""NDI: frames with alpha, and sound, to OBS, Unreal, vMix and anything else that reads NDI, on this machine or another.

    publisher = open_ndi(fps=60.0)

Through cyndilib (MIT), whose wheels carry NDI's own library under NDI's licence: an extra, `omote[ndi]`.
NDI listens on every network interface and has no password, so this publisher is never opened by default.
NDI® is a registered trademark of Vizrt NDI AB.
"""

from __future__ import annotations

import sys
import threading
from contextlib import redirect_stdout
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import PublishError, UnavailableError
from runtime.intake.waiting_sound import SoundPiece, WaitingSound
from runtime.publishers.settings import DISPLAY_NAME
from runtime.publishers.threaded import ThreadedPublisher

DEFAULT_FPS: Final = 60.0
#: Samples that one call sends at most, and their rate before the first sound. One channel: of two, cyndilib 0.1.3 sends the
#: second one displaced.
_MOST_SAMPLES: Final = 4800
_RATE: Final = 48000
#: Another rate of sound opens the source again, which cuts receivers off: at most so often, nanoseconds. In between, what
#: has another rate is dropped.
_SAME_RATE_NS: Final = 5_000_000_000
#: `redirect_stdout` in two threads at once would leave the wrong one behind.
_PRINTING: Final = threading.Lock()


def open_ndi(
    *, stream: str = DISPLAY_NAME, fps: float = DEFAULT_FPS, sound: WaitingSound | None = None
) -> ThreadedPublisher:
    """Open the NDI publisher.

    Args:
        stream: name of the source, shown after this machine's name.
        fps: frame rate that is announced to receivers; 0 = 60.
        sound: leaves with the frames of its moment; None = there is none.

    Raises:
        PublishError: cyndilib is missing, or NDI does not start.
    """
    return ThreadedPublisher("ndi", lambda: NdiSender(stream, fps or DEFAULT_FPS, sound))


class NdiSender:
    """One NDI source; opened again when the size of the frames or the rate of the sound changes."""

    def __init__(self, stream: str, fps: float, sound: WaitingSound | None = None) -> None:
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
        self._sound = sound
        self._size, self._rate = (0, 0), _RATE
        self._rate_ns = 0  # when this rate began
        self._sender: Any = None
        self._open((64, 64), _RATE)  # receivers may connect before the first frame

    def wants_frames(self) -> bool:
        """Whether a receiver is connected."""
        return self._sender is not None and self._sender.get_num_connections(0) > 0

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Compress and send one frame, (H, W, 4) uint8 RGBA, and the sound up to its time; NDI uses straight alpha.

        Raises:
            PublishError: NDI refused the frame.
        """
        if (header.width, header.height) != self._size:
            self._open((header.width, header.height), self._rate)
        if not self._sender.write_video(pixels.reshape(-1)):
            raise PublishError("NDI refused a frame; it is opened again")
        piece = None if self._sound is None else self._sound.take(header.render_time_ns)
        if piece is not None:
            self._send_sound(piece, header.render_time_ns)

    def close(self) -> None:
        """Remove the source from the network."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _send_sound(self, piece: SoundPiece, now_ns: int) -> None:
        if piece.rate != self._rate:
            if 0 <= now_ns - self._rate_ns < _SAME_RATE_NS:
                return
            self._rate_ns = now_ns
            self._open(self._size, piece.rate)
        for first in range(0, len(piece.samples), _MOST_SAMPLES):
            if not self._sender.write_audio(piece.samples[None, first : first + _MOST_SAMPLES]):
                raise PublishError("NDI refused sound; it is opened again")

    def _open(self, size: tuple[int, int], rate: int) -> None:
        self.close()
        # without NDI's own clock, which would make `send` wait: the loop paces the frames
        sender = self._ndi.Sender(self._stream, clock_video=False, clock_audio=False)
        frame = self._ndi.VideoSendFrame()
        frame.set_resolution(*size)
        frame.set_frame_rate(self._fps)
        frame.set_fourcc(self._ndi.FourCC.RGBA)
        sender.set_video_frame(frame)
        # also where nothing is heard: without one, cyndilib 0.1.3 crashes where NDI opens no source
        heard = self._ndi.AudioSendFrame()
        heard.sample_rate, heard.num_channels = rate, 1
        heard.set_max_num_samples(_MOST_SAMPLES)
        sender.set_audio_frame(heard)
        try:
            with _PRINTING, redirect_stdout(sys.stderr):  # cyndilib prints what it raises
                sender.open()
        except MemoryError as error:
            raise PublishError(
                f"NDI opens no source {self._stream!r}: another program of this machine has this name; choose another one "
                "with --stream, or end that program"
            ) from error
        self._sender, self._size, self._rate = sender, size, rate
