"""NdiReader: the newest frame of an NDI source, as OBS would get it; needs the extra `omote[ndi]`.

NDI carries neither frame ids nor the time of rendering, so that losses and latency cannot be told here.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from omote.readers.reader import ReaderError, ReceivedFrame

LOOK_S: Final = 0.5
SILENT_S: Final = 2.0
PIECE_MS: Final = 100


class NdiReader:
    """A FrameReader. Finds its source again by itself; belongs to one thread.

    Attributes:
        problem, torn, refused: see FrameReader; NDI tears nothing and lets nothing else in.
    """

    torn = 0
    refused = 0

    def __init__(self, stream: str = "Omote") -> None:
        """Look for the source with the first `read`.

        Args:
            stream: its name, without the machine's.

        Raises:
            ReaderError: cyndilib is missing.
        """
        try:
            import cyndilib
            from cyndilib.receiver import ReceiveFrameType
        except ImportError as error:
            raise ReaderError(
                "reading NDI needs cyndilib, which is not installed; install it with: pip install 'omote[ndi]'"
            ) from error
        self._ndi: Any = cyndilib
        self._video: Any = ReceiveFrameType.recv_video
        self._stream = stream
        self._finder: Any = cyndilib.Finder()
        self._finder.open()
        self._receiver: Any = None
        self._picture: Any = None
        self._heard_s = self._looked_s = float("-inf")
        self._pixels: NDArray[np.uint8] = np.empty(0, np.uint8)
        self._news: list[str] = []

    @property
    def problem(self) -> str:
        """Why there are no frames now."""
        if time.monotonic() - self._heard_s < SILENT_S:
            return ""
        return f"no NDI source {self._stream!r} sends frames; start one with: omote run --publish ndi"

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """The newest frame that was not read before; None when none comes in time."""
        ends_s = time.monotonic() + timeout_s
        while True:
            left_s = max(0.0, ends_s - time.monotonic())
            if self._receiver is None:
                self._look(left_s)
            frame = self._received(left_s) if self._receiver is not None else None
            if frame is not None or left_s <= 0.0:
                return frame

    def take_news(self) -> list[str]:
        """What happened to the connection since the last call."""
        news, self._news = self._news, []
        return news

    def close(self) -> None:
        """Give everything back; may be called twice."""
        if self._receiver is not None:
            self._receiver.disconnect()
            self._receiver = None
        if self._finder is not None:
            self._finder.close()
            self._finder = None

    def _look(self, left_s: float) -> None:
        self._finder.wait_for_sources(min(left_s, LOOK_S))
        names = [name for name in self._finder.get_source_names() if name.endswith(f"({self._stream})")]
        if not names:
            return
        ndi = self._ndi
        self._receiver = ndi.Receiver(
            color_format=ndi.RecvColorFormat.RGBX_RGBA, bandwidth=ndi.RecvBandwidth.highest
        )
        self._picture = ndi.VideoRecvFrame()
        self._receiver.set_video_frame(self._picture)
        self._receiver.set_source(self._finder.get_source(names[0]))
        self._looked_s = time.monotonic()
        self._news.append(f"reading {names[0]}")

    def _received(self, left_s: float) -> ReceivedFrame | None:
        got = self._receiver.receive(self._video, min(round(left_s * 1000), PIECE_MS))
        now_s = time.monotonic()
        if not got & self._video:
            if now_s - max(self._heard_s, self._looked_s) > SILENT_S:
                self._receiver.disconnect()
                self._receiver = None
                self._news.append("the source is silent; looking for it again")
            return None
        width, height = self._picture.get_resolution()
        size = self._picture.get_data_size()
        if self._pixels.size != size:
            self._pixels = np.empty(size, np.uint8)
        if size != 4 * width * height or not self._picture.fill_p_data(self._pixels):
            return None
        self._heard_s = now_s
        return ReceivedFrame(
            pixels=self._pixels.reshape(height, width, 4),
            frame_id=None,
            session_id=0,
            capture_time_ns=0,
            receive_time_ns=0,
            render_time_ns=0,
            arrived_time_ns=time.time_ns(),
        )
