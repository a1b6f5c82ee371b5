"""Pictures of which every pixel is known, through the real page to a real HTTP client."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import pytest

from bridge.errors import BridgeError
from bridge.observation import Observation
from bridge.preview.page import MAX_VIEWERS, PreviewPage
from bridge.preview.picture import BARS, HEIGHT_PX, PANEL_PX, PreviewFacts, draw_preview
from bridge.preview.preview import Preview
from bridge.preview.window import open_view
from bridge.trackers.picture_tracker import TrackedPicture
from protocol.blendshapes import INDEX
from protocol.messages import ControlMessage
from tests.waiting import until

cv2 = pytest.importorskip("cv2")

BLUE_RGB = (10, 20, 200)
MESSAGES = (ControlMessage(layer="expression", source="s", values={"jawOpen": 0.5, "mouthSmileRight": 1.0}),)


def tracked(level: int = 0, *, is_face: bool = True, size: tuple[int, int] = (240, 320)) -> TrackedPicture:
    """A picture of one colour with one landmark, 30 from the left and 60 from the top."""
    picture = np.full((*size, 3), BLUE_RGB, np.uint8)
    picture[..., 1] = level
    return TrackedPicture(
        observation=Observation("s", is_face=is_face),
        time_s=0.0,
        track_ms=10.0,
        picture=picture,
        landmarks=np.array([[30.0, 60.0, 0.0], [-500.0, 9e5, 0.0]], np.float32) if is_face else None,
    )


def test_picture_landmarks_and_bars_are_where_they_should_be() -> None:
    shown = draw_preview(tracked(), MESSAGES, PreviewFacts(30.0, 0))
    assert shown.shape == (HEIGHT_PX, 640 + PANEL_PX, 3)
    assert shown[5, 5].tolist() == [200, 0, 10]  # OpenCV's order
    assert shown[120, 60].tolist() not in ([200, 0, 10], [0, 0, 0])  # twice as large as it came
    assert shown[120, 70].tolist() == [200, 0, 10]
    # Half a jaw is half a bar; the right side's bars are to the right of the left side's.
    jaw, smile = (shown[150 + 26 * row - 5, 640 + 16 + 100 :] for row in (0, 1))
    is_bar = jaw[:171] == jaw[2]
    assert int(is_bar.all(axis=1).sum()) == pytest.approx(86, abs=2)
    assert smile[10].tolist() != jaw[2].tolist()
    assert smile[100].tolist() == jaw[2].tolist()


@pytest.mark.parametrize("size", [(1080, 1920), (48, 64), (640, 200), (120, 2000)])
def test_every_size_of_picture_fits(size: tuple[int, int]) -> None:
    for is_face in (True, False):
        messages = MESSAGES if is_face else ()
        shown = draw_preview(tracked(is_face=is_face, size=size), messages, PreviewFacts(12.0, 3))
        assert shown.shape[0] == HEIGHT_PX
        assert shown.shape[1] <= 860 + PANEL_PX


def test_bars_name_blendshapes() -> None:
    assert all(shape in INDEX for _, shapes in BARS for shape in shapes)


@pytest.fixture
def page() -> Iterator[PreviewPage]:
    page = PreviewPage()
    yield page
    page.close()
    page.close()


def asked(page: PreviewPage, path: str, host: str | None = None) -> http.client.HTTPResponse:
    where = urlsplit(page.address).netloc
    connection = http.client.HTTPConnection(where, timeout=20)
    connection.request("GET", path, headers={"Host": host or where})
    return connection.getresponse()


def next_picture(stream: http.client.HTTPResponse) -> np.ndarray:
    """Read one part of a multipart stream."""
    size = 0
    while line := stream.readline().strip():
        if line.lower().startswith(b"content-length:"):
            size = int(line.split(b":")[1])
    picture = cv2.imdecode(np.frombuffer(stream.read(size), np.uint8), cv2.IMREAD_COLOR)
    assert stream.readline() == b"\r\n"
    return np.asarray(picture)


def test_viewer_sees_the_newest_picture_and_misses_the_rest(page: PreviewPage) -> None:
    with Preview(page) as preview:
        stream = asked(page, "/stream")
        until(page.is_watched)
        for level in range(250):
            preview.offer(tracked(level), MESSAGES)
        seen = [int(next_picture(stream)[5, 5, 1])]
        while seen[-1] < 245:
            seen.append(int(next_picture(stream)[5, 5, 1]))
        # 250 were offered as fast as they could be made: a few were drawn, the last among them.
        assert len(seen) < 100
        assert seen == sorted(seen)
        stream.close()
    until(lambda: not page.is_watched())


def test_nothing_is_drawn_while_nobody_looks(page: PreviewPage) -> None:
    shown: list[int] = []

    class Counted:
        is_watched = staticmethod(lambda: False)
        close = staticmethod(page.close)

        @staticmethod
        def show(picture: np.ndarray) -> None:
            shown.append(1)

    with Preview(Counted()) as preview:
        for level in range(20):
            preview.offer(tracked(level), MESSAGES)
            time.sleep(0.005)
    assert shown == []


def test_view_that_hangs_does_not_stop_the_tracking() -> None:
    let_go = threading.Event()

    class Hanging:
        is_watched = staticmethod(lambda: True)
        close = staticmethod(let_go.set)

        @staticmethod
        def show(picture: np.ndarray) -> None:
            let_go.wait(20.0)

    preview = Preview(Hanging())
    preview.offer(tracked(), MESSAGES)
    time.sleep(0.05)  # it hangs now
    for level in range(1000):
        preview.offer(tracked(level % 200, size=(8, 8)), MESSAGES)
    let_go.set()
    preview.close()
    preview.close()


def test_page_is_for_this_machine_only(page: PreviewPage) -> None:
    assert b"<img" in asked(page, "/").read()
    assert asked(page, "/", host="evil.example:80").status == 403
    assert asked(page, "/stream", host="evil.example").status == 403
    assert asked(page, "/etc/passwd").status == 404
    assert page.address.startswith("http://127.0.0.1:")


def test_viewers_are_counted(page: PreviewPage) -> None:
    streams = [asked(page, "/stream") for _ in range(MAX_VIEWERS)]
    assert asked(page, "/stream").status == 503
    for stream in streams:
        stream.close()


def test_taken_port_is_said(page: PreviewPage) -> None:
    with pytest.raises(BridgeError, match="--preview-port"):
        PreviewPage(int(page.address.rstrip("/").rpartition(":")[2]))


def test_without_a_display_there_is_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    said: list[str] = []
    open_view(page_port=None, say=said.append).close()
    assert said[0].startswith("preview at http://127.0.0.1:")
    assert said[0].endswith("(no window: there is no display)")


def test_page_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    said: list[str] = []
    open_view(page_port=0, say=said.append).close()
    assert said[0].startswith("preview at http://127.0.0.1:")
    assert "no window" not in said[0]
