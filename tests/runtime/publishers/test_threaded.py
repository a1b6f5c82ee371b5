from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.threaded import ThreadedPublisher
from tests.waiting import until


def frame(frame_id: int, side: int = 4) -> Frame:
    return Frame(np.full((side, side, 4), frame_id % 256, np.uint8), frame_id=frame_id, render_time_ns=5)


class Road:
    """A sender that takes pictures when it is let."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int]] = []
        self.threads = {threading.get_ident()}
        self.may_send = threading.Event()
        self.is_watched = True
        self.is_closed = False
        self.error: Exception | None = None

    def wants_frames(self) -> bool:
        return self.is_watched

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        self.threads.add(threading.get_ident())
        assert self.may_send.wait(10)
        if self.error is not None:
            raise self.error
        assert pixels.shape == (header.height, header.width, 4)
        self.sent.append((header.frame_id, int(pixels[0, 0, 0])))

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.is_closed = True


def opened() -> tuple[ThreadedPublisher, Road]:
    made: list[Road] = []
    publisher = ThreadedPublisher("road", lambda: made.append(Road()) or made[0])
    until(lambda: publisher._is_wanted)
    return publisher, made[0]


def test_a_slow_road_gets_the_newest_frame_and_holds_nobody_up() -> None:
    publisher, road = opened()
    for frame_id in range(1, 41):
        publisher.publish(frame(frame_id))
    road.may_send.set()
    until(lambda: bool(road.sent) and road.sent[-1][0] == 40)
    assert len(road.sent) <= 2  # the one it was in, and the newest
    publisher.publish(frame(41, side=7))
    until(lambda: road.sent[-1] == (41, 41))
    publisher.close()
    publisher.close()
    assert road.is_closed
    assert len(road.threads) == 1  # opened, used and closed on one thread
    assert threading.get_ident() not in road.threads


def test_nothing_is_copied_while_nobody_watches() -> None:
    publisher, road = opened()
    road.is_watched = False
    until(lambda: not publisher._is_wanted)
    publisher.publish(frame(1))
    assert publisher._latest.generation == 0
    publisher.close()


@pytest.mark.parametrize("error", [PublishError("the cable is out"), ValueError("the cable is out")])
def test_a_road_that_fails_reaches_the_loop_as_a_publish_error(error: Exception) -> None:
    publisher, road = opened()
    road.error = error
    road.may_send.set()
    publisher.publish(frame(1))
    until(lambda: publisher._failure is not None)
    with pytest.raises(PublishError, match="the cable is out"):
        publisher.publish(frame(2))
    with pytest.raises(PublishError, match="the cable is out"):
        publisher.publish_status(None)  # type: ignore[arg-type]
    publisher.close()
    assert road.is_closed


def test_a_road_that_does_not_open_says_why() -> None:
    def no_road() -> Road:
        raise OSError("no such driver")

    with pytest.raises(PublishError, match="road: no such driver"):
        ThreadedPublisher("road", no_road)
