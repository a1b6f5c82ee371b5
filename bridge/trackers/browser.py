"""BrowserTracker: measures the face before a browser's camera, and tells its page what it sees.

for tracked in BrowserTracker(BrowserCamera(...), observer, stop=stop): ...
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from typing import Final

from bridge.devices.browser_camera import BrowserCamera
from bridge.sending.source_messages import TTL_S
from bridge.trackers.picture_tracker import PictureObserver, TrackedPicture
from bridge.trackers.webcam import WebcamTracker

#: Pictures between two lines for the page.
_TOLD_EVERY: Final = 10


class BrowserTracker:
    """A `PictureTracker`. A phone that is put away and taken up again goes on: silence ends nothing."""

    ttl_s = TTL_S

    def __init__(self, camera: BrowserCamera, observer: PictureObserver, *, stop: threading.Event) -> None:
        """A tracker of an open camera.

        Args:
            camera, observer: owned from now on; `close` closes both.
            stop: ends the iteration once set.
        """
        self.source = observer.source
        self._camera = camera
        self._tracker = WebcamTracker(camera, observer, stop=stop, silent_s=math.inf)

    def __iter__(self) -> Iterator[TrackedPicture]:
        """Measure until stopped."""
        begin_s, was_face = 0.0, None
        for number, tracked in enumerate(self._tracker):
            if number % _TOLD_EVERY == 0 or tracked.is_face != was_face:
                since_s = tracked.time_s - begin_s
                rate = _TOLD_EVERY / since_s if number and number % _TOLD_EVERY == 0 and since_s > 0 else 0.0
                self._camera.tell(told(tracked, rate))
            if number % _TOLD_EVERY == 0:
                begin_s = tracked.time_s
            was_face = tracked.is_face
            yield tracked

    def close(self) -> None:
        """Close the camera and the model; may be called twice."""
        self._tracker.close()


def told(tracked: TrackedPicture, rate: float) -> str:
    """What the page says about a picture.

    Args:
        rate: pictures a second; 0 = not known.
    """
    if not tracked.is_face:
        return f"No face: {tracked.observation.why_lost}"
    many = f", {rate:.0f} pictures a second" if rate else ""
    return f"Your face moves the avatar{many}"
