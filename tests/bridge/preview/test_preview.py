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
from tests.waiting import PATIENCE_S, until

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
        assert seen == sorted(seen)
        stream.close()
    until(lambda: not page.is_watched())


class SlowView:
    """Each picture takes until the test allows it."""

    def __init__(self) -> None:
        self.levels: list[int] = []
        self.may_show = threading.Semaphore(0)

    def is_watched(self) -> bool:
        return True

    def show(self, picture: np.ndarray) -> None:
        self.levels.append(int(picture[5, 5, 1]))
        self.may_show.acquire(timeout=PATIENCE_S)

    def close(self) -> None:
        self.may_show.release()


def test_pictures_that_come_while_one_is_drawn_are_skipped_but_the_newest() -> None:
    view = SlowView()
    with Preview(view) as preview:
        preview.offer(tracked(10), MESSAGES)
        until(lambda: len(view.levels) == 1)
        for level in range(11, 250):
            preview.offer(tracked(level), MESSAGES)  # returns, though the view does not
        view.may_show.release()
        until(lambda: len(view.levels) == 2)
        view.may_show.release()
    assert view.levels == pytest.approx([10, 249], abs=3)


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
    view = SlowView()
    preview = Preview(view)
    preview.offer(tracked(), MESSAGES)
    until(lambda: view.levels)  # it hangs now
    for level in range(1000):
        preview.offer(tracked(level % 200, size=(8, 8)), MESSAGES)
    assert len(view.levels) == 1
    view.may_show.release()
    preview.close()
    preview.close()
