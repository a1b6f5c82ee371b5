"""Pictures whose every pixel is known, through the real page to a real HTTP client."""

from __future__ import annotations

import http.client
import threading
import time

import numpy as np
import pytest

from bridge.preview.page import PreviewPage
from bridge.preview.preview import Preview
from tests.bridge.preview.http_viewer import get
from tests.bridge.preview.measurements import MESSAGES, tracked
from tests.waiting import until

cv2 = pytest.importorskip("cv2")


def next_picture(stream: http.client.HTTPResponse) -> np.ndarray:
    """Read one part of a multipart stream."""
    size = 0
    while line := stream.readline().strip():
        if line.lower().startswith(b"content-length:"):
            size = int(line.split(b":")[1])
    picture = cv2.imdecode(np.frombuffer(stream.read(size), np.uint8), cv2.IMREAD_COLOR)
    assert stream.readline() == b"\r\n"
    return np.asarray(picture)


def test_a_viewer_gets_the_newest_picture_and_skips_the_others(page: PreviewPage) -> None:
    with Preview(page) as preview:
        stream = get(page, "/stream")
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


def test_nothing_is_drawn_without_a_viewer(page: PreviewPage) -> None:
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


def test_a_view_that_blocks_does_not_stop_the_tracking() -> None:
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
