"""NdiReader: the newest frame of an NDI source, as OBS would get it; needs the extra `omote[ndi]`.

NDI carries no frame ids, so lost frames cannot be counted. Its timestamp, the time at which the sender was given the
frame, stands for the render time. NDI's queue of received frames delivers sixty frames a second unevenly. Its frame
sync returns the newest frame at any time, so this reader polls it.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np

from omote.readers.connection_events import ConnectionEvents
from omote.readers.reader import ReaderError, ReceivedFrame

SEARCH_S: Final = 0.5
SILENT_S: Final = 2.0
POLL_S: Final = 0.002


class NdiReader:
    """A FrameReader. Reconnects to its source. Use it from one thread.

    Attributes:
        torn: 0: NDI delivers whole frames.
        refused: 0: NDI delivers nothing but frames.
    """

    torn = 0
    refused = 0

    def __init__(self, stream: str = "Omote") -> None:
        """Prepare the search; the first `read` connects.

        Args:
            stream: the source's name, without the machine's.

        Raises:
            ReaderError: cyndilib is missing.
        """
        try:
            import cyndilib
            from cyndilib.video_frame import VideoFrameSync
        except ImportError as error:
            raise ReaderError(
                "reading NDI needs cyndilib, which is not installed; install it with: pip install 'omote[ndi]'"
            ) from error
        self._ndi: Any = cyndilib
        self._make_picture: Any = VideoFrameSync
        self._stream = stream
        self._finder: Any = cyndilib.Finder()
        self._finder.open()
        self._receiver: Any = None
        self._picture: Any = None
        self._stamp = 0.0
        self._heard_s = self._opened_s = float("-inf")
        self._events = ConnectionEvents()

    @property
    def problem(self) -> str:
        """Why no frames arrive now, and what to do; "" while they do."""
        if time.monotonic() - self._heard_s < SILENT_S:
            return ""
        return f"no NDI source {self._stream!r} sends frames; start one with: omote run --publish ndi"

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """Return the newest frame not returned before; None when none arrives in time."""
        ends_s = time.monotonic() + timeout_s
        while True:
            left_s = max(0.0, ends_s - time.monotonic())
            if self._receiver is None:
                self._search(left_s)
            frame = self._newest() if self._receiver is not None else None
            if frame is not None or left_s <= 0.0:
                return frame
            time.sleep(min(left_s, POLL_S))

    def take_events(self) -> list[str]:
        """What happened to the connection since the last call, one line per event."""
        return self._events.take()

    def close(self) -> None:
        """Close the connection and the search; may be called twice."""
        if self._receiver is not None:
            self._receiver.disconnect()
            self._receiver = None
        if self._finder is not None:
            self._finder.close()
            self._finder = None

    def _search(self, left_s: float) -> None:
        self._finder.wait_for_sources(min(left_s, SEARCH_S))
        names = [name for name in self._finder.get_source_names() if name.endswith(f"({self._stream})")]
        if not names:
            return
        ndi = self._ndi
        self._receiver = ndi.Receiver(
            color_format=ndi.RecvColorFormat.RGBX_RGBA, bandwidth=ndi.RecvBandwidth.highest
        )
        self._picture = self._make_picture()
        self._receiver.frame_sync.set_video_frame(self._picture)
        self._receiver.set_source(self._finder.get_source(names[0]))
        self._opened_s = time.monotonic()
        self._events.add(f"reading {names[0]}")

    def _newest(self) -> ReceivedFrame | None:
        picture = self._picture
        self._receiver.frame_sync.capture_video()
        width, height = picture.get_resolution()
        stamp, now_s = picture.get_timestamp_posix(), time.monotonic()
        if picture.get_data_size() == 0 or stamp == self._stamp:
            if now_s - max(self._heard_s, self._opened_s) > SILENT_S:
                self._receiver.disconnect()
                self._receiver = None
                self._events.add("the source is silent; searching for it again")
            return None
        pixels = np.asarray(picture.get_array(), np.uint8)
        if pixels.size != 4 * width * height:
            return None
        self._stamp, self._heard_s = stamp, now_s
        return ReceivedFrame(
            pixels=pixels.reshape(height, width, 4),
            frame_id=None,
            session_id=0,
            capture_time_ns=0,
            receive_time_ns=0,
            render_time_ns=round(stamp * 1e9),
            arrived_time_ns=time.time_ns(),
        )
