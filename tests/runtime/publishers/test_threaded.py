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


class SlowSender:
    """A sender that blocks in `send` until `may_send` is set."""

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
        assert self.may_send.wait(60)
        if self.error is not None:
            raise self.error
        assert pixels.shape == (header.height, header.width, 4)
        self.sent.append((header.frame_id, int(pixels[0, 0, 0])))

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.is_closed = True


def opened() -> tuple[ThreadedPublisher, SlowSender]:
    made: list[SlowSender] = []
    publisher = ThreadedPublisher("cable", lambda: made.append(SlowSender()) or made[0])
    until(lambda: publisher._is_wanted)
    return publisher, made[0]


def test_a_slow_output_gets_the_newest_frame_and_does_not_block() -> None:
    publisher, sender = opened()
    for frame_id in range(1, 41):
        publisher.publish(frame(frame_id))
    sender.may_send.set()
    until(lambda: bool(sender.sent) and sender.sent[-1][0] == 40)
    assert len(sender.sent) <= 2  # the one it was in, and the newest
    publisher.publish(frame(41, side=7))
    until(lambda: sender.sent[-1] == (41, 41))
    publisher.close()
    publisher.close()
    assert sender.is_closed
    assert len(sender.threads) == 1  # opened, used and closed on one thread
    assert threading.get_ident() not in sender.threads


def test_without_a_receiver_nothing_is_copied() -> None:
    publisher, sender = opened()
    sender.is_watched = False
    until(lambda: not publisher._is_wanted)
    publisher.publish(frame(1))
    assert publisher._latest.generation == 0
    publisher.close()


@pytest.mark.parametrize("error", [PublishError("the cable is out"), ValueError("the cable is out")])
def test_an_output_that_fails_raises_publish_error_in_the_loop(error: Exception) -> None:
    publisher, sender = opened()
    sender.error = error
    sender.may_send.set()
    publisher.publish(frame(1))
    until(lambda: publisher._failure is not None)
    with pytest.raises(PublishError, match="the cable is out"):
        publisher.publish(frame(2))
    with pytest.raises(PublishError, match="the cable is out"):
        publisher.publish_status(None)  # type: ignore[arg-type]
    publisher.close()
    assert sender.is_closed


def test_an_output_that_does_not_open_is_an_error_with_the_reason() -> None:
    def open_nothing() -> SlowSender:
        raise OSError("no such driver")

    with pytest.raises(PublishError, match="cable: no such driver"):
        ThreadedPublisher("cable", open_nothing)
