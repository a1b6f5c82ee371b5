from __future__ import annotations

import http.client
import io
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")

from bridge.devices.browser_camera import BrowserCamera
from bridge.observation import Observation
from bridge.trackers.browser import BrowserTracker, told
from bridge.trackers.picture_tracker import TrackedPicture
from tests.bridge.browser_cameras import SECRET, open_camera


class Observer:
    """Sees a face in red pictures."""

    source = "browser"
    closed = 0

    def measure(
        self, picture: np.ndarray, *, time_s: float, capture_time_ns: int, dropped: int = 0
    ) -> TrackedPicture:
        is_face = bool(picture[..., 0].mean() > 128)
        seen = Observation(
            "browser", is_face=is_face, receive_time_ns=capture_time_ns, why_lost="" if is_face else "dark"
        )
        return TrackedPicture(seen, time_s, 0.0, dropped, picture)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def camera() -> Iterator[BrowserCamera]:
    with open_camera() as opened:
        yield opened


def test_each_picture_is_measured_and_the_page_is_told(camera: BrowserCamera) -> None:
    stop, observer = threading.Event(), Observer()
    tracker = BrowserTracker(camera, observer, stop=stop)
    measured = iter(tracker)
    link = http.client.HTTPConnection("127.0.0.1", camera.port, timeout=10)

    def sent(name: str, red: int = 0) -> str:
        packed = io.BytesIO()
        Image.new("RGB", (32, 24), (red, 0, 0)).save(packed, "JPEG")
        link.request("POST", f"/{SECRET}/{name}", packed.getvalue(), {"X-Page": "one"})
        return link.getresponse().read().decode()

    sent("start")
    lines = []
    for red in (250, 250, 0, 250):
        lines.append(sent("picture", red))
        tracked = next(measured)
        assert tracked.is_face == (red == 250)
    lines.append(sent("picture", 250))
    # each answer says what was seen before
    assert [line.split(",")[0] for line in lines] == [
        "", "Your face moves the avatar", "Your face moves the avatar", "No face: dark", "Your face moves the avatar",
    ]  # fmt: skip
    stop.set()
    assert list(measured)[1:] == []
    link.close()
    tracker.close()
    assert observer.closed == 1


def test_the_rate_is_told_when_it_is_known() -> None:
    seen = TrackedPicture(Observation("browser"), 1.0, 0.0)
    assert told(seen, 29.6) == "Your face moves the avatar, 30 pictures a second"
    assert told(seen, 0.0) == "Your face moves the avatar"
    lost = TrackedPicture(Observation("browser", is_face=False, why_lost="too dark"), 1.0, 0.0)
    assert told(lost, 29.6) == "No face: too dark"
