"""Tracks a face in a camera's pictures.

for tracked in WebcamTracker(open_webcam(0), observer, stop=stop): ...
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.errors import BridgeError, CameraError
from bridge.observation import Observation
from bridge.sending.source_messages import TTL_S
from bridge.trackers.frozen_picture import FrozenPicture
from bridge.trackers.picture_tracker import PictureObserver, TrackedPicture

#: A camera without a picture for this long counts as unplugged.
SILENT_S: Final = 5.0
FROZEN: Final = "the camera repeats one picture"


class Picture(NamedTuple):
    """A camera's picture: (H, W, 3) uint8 BGR, its capture time (Unix nanoseconds) and its number, from 1."""

    pixels: NDArray[np.uint8]
    capture_time_ns: int
    number: int


class PictureSource(Protocol):
    """What gives a camera's pictures, the newest one only. `next` and `close` belong to one thread.

    Attributes:
        name: the camera's name in messages.
    """

    name: str

    def next(self, after: int, timeout_s: float) -> Picture | None:
        """Wait for a picture with a number above `after`.

        Args:
            after: the number of the last picture; 0 = none yet.
            timeout_s: wait at most this long.

        Returns:
            The newest picture, None when none came in time.
        """
        ...

    def close(self) -> None:
        """Release the camera; may be called twice."""
        ...


class Webcam:
    """A `PictureSource`. Captures on its own thread into one slot that holds the newest picture only."""

    def __init__(self, capture: Any, name: str) -> None:
        """Start capturing.

        Args:
            capture: an open cv2.VideoCapture; owned from now on.
            name: the camera's name in messages.
        """
        self._capture = capture
        self.name = name
        self._newest: Picture | None = None
        self._arrived = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._read, name=name, daemon=True)
        self._thread.start()

    def next(self, after: int, timeout_s: float) -> Picture | None:
        """See `PictureSource`."""
        with self._arrived:
            self._arrived.wait_for(
                lambda: self._newest is not None and self._newest.number > after, timeout=timeout_s
            )
            newest = self._newest
        return newest if newest is not None and newest.number > after else None

    def close(self) -> None:
        """Release the camera; may be called twice."""
        self._is_closed = True
        self._thread.join(timeout=0.5)  # a driver may hang; the thread is a daemon
        if not self._thread.is_alive():
            self._capture.release()

    def _read(self) -> None:
        number = 0
        while not self._is_closed:
            is_read, pixels = self._capture.read()
            if not is_read:
                time.sleep(0.01)
                continue
            number += 1
            with self._arrived:
                self._newest = Picture(pixels, time.time_ns(), number)
                self._arrived.notify()


class WebcamTracker:
    """Measures the newest picture and skips those captured while it was busy. A `PictureTracker`."""

    ttl_s = TTL_S

    def __init__(
        self,
        webcam: PictureSource,
        observer: PictureObserver,
        *,
        stop: threading.Event,
        silent_s: float = SILENT_S,
        is_frozen: FrozenPicture | None = None,
    ) -> None:
        """A tracker of an open camera.

        Args:
            webcam, observer: owned from now on; `close` closes both.
            stop: ends the iteration once set.
            silent_s: raise after this long without a picture.
            is_frozen: finds a camera that hangs; None = `FrozenPicture()`.
        """
        self.source = observer.source
        self._webcam = webcam
        self._observer = observer
        self._stop = stop
        self._silent_s = silent_s
        self._is_frozen = is_frozen or FrozenPicture()

    def __iter__(self) -> Iterator[TrackedPicture]:
        """Measure until stopped.

        Raises:
            CameraError: no picture for `silent_s`.
        """
        import cv2

        begin_s = heard_s = time.monotonic()
        number = 0
        while not self._stop.is_set():
            picture = self._webcam.next(number, timeout_s=0.1)
            if picture is None:
                if time.monotonic() - heard_s > self._silent_s:
                    raise CameraError(
                        f"{self._webcam.name} has given no picture for {self._silent_s:g} s; is it "
                        "unplugged, or has another program taken it? Plug it in again and start anew"
                    )
                continue
            heard_s = time.monotonic()
            dropped = picture.number - number - 1 if number else 0
            number = picture.number
            time_s, captured_ns = heard_s - begin_s, picture.capture_time_ns
            pixels = cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2RGB)
            if self._is_frozen(picture.pixels, captured_ns):
                lost = Observation(self.source, is_face=False, receive_time_ns=captured_ns, why_lost=FROZEN)
                yield TrackedPicture(lost, time_s, 0.0, dropped, pixels)
                continue
            yield self._observer.measure(pixels, time_s=time_s, capture_time_ns=captured_ns, dropped=dropped)

    def close(self) -> None:
        """Release the camera and the model; may be called twice."""
        self._webcam.close()
        self._observer.close()


def open_webcam(camera: int) -> Webcam:
    """Open a camera by number, through the first of the platform's capture backends that works.

    Raises:
        BridgeError: OpenCV is not installed.
        CameraError: it does not open or gives no picture; lists every backend tried.
    """
    try:
        import cv2
    except ImportError as error:
        raise BridgeError(
            "cameras need OpenCV, which is not installed; install it with: pip install 'omote[tracking]'"
        ) from error
    # Media Foundation takes many seconds to open on Windows, so DirectShow goes first there.
    backends = {
        "win32": (("DirectShow", cv2.CAP_DSHOW), ("Media Foundation", cv2.CAP_MSMF)),
        "darwin": (("AVFoundation", cv2.CAP_AVFOUNDATION),),
    }.get(sys.platform, (("Video4Linux", cv2.CAP_V4L2),))
    tried = []
    for name, backend in (*backends, ("any", cv2.CAP_ANY)):
        capture = cv2.VideoCapture(camera, backend)
        if not capture.isOpened():
            tried.append(f"{name}: does not open")
        elif not capture.read()[0]:
            tried.append(f"{name}: opens but gives no picture")
        else:
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
            return Webcam(capture, f"camera {camera}")
        capture.release()
    raise CameraError(
        f"camera {camera} cannot be used ({'; '.join(tried)}); check that it is plugged in, that no other "
        "program uses it and that this one may (privacy settings), or try another: --device 1"
    )
