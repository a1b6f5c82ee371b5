from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest
import zmq

from omote.readers.reader import ReceivedFrame
from omote.readers.zeromq import ZeroMqReader
from runtime.frames.frame import Frame
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.waiting import PATIENCE_S


def frame(frame_id: int, height: int = 16, width: int = 24) -> Frame:
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 8, y * 8, x + y, x * 10], -1).astype(np.uint8)
    return Frame(pixels, frame_id=frame_id, capture_time_ns=1, receive_time_ns=2, render_time_ns=3)


@pytest.fixture
def publisher() -> Iterator[ZeroMqPublisher]:
    opened = ZeroMqPublisher(port=0)
    yield opened
    opened.close()


def read_while(publish: Callable[[], None], reader: ZeroMqReader) -> ReceivedFrame:
    """Publish until a frame arrives; a subscription takes a moment to reach the publisher."""
    ends_s = time.monotonic() + PATIENCE_S
    while (received := reader.read(0.02)) is None:
        assert time.monotonic() < ends_s, reader.problem
        publish()
    return received


def test_a_frame_arrives_whole(publisher: ZeroMqPublisher) -> None:
    with closing(ZeroMqReader(port=publisher.port)) as reader:
        received = read_while(lambda: publisher.publish(frame(7)), reader)
        assert np.array_equal(received.pixels, frame(7).pixels)
        assert (received.frame_id, received.session_id) == (7, publisher.session_id)
        assert (received.capture_time_ns, received.receive_time_ns, received.render_time_ns) == (1, 2, 3)
        assert reader.take_events() == [f"reading, tcp://127.0.0.1:{publisher.port}, 24 x 16"]
        assert (reader.problem, reader.torn, reader.refused) == ("", 0, 0)


@pytest.mark.parametrize("encoding", ["webp", "jpeg"])
def test_packed_frames_are_unpacked_with_their_exact_alpha(encoding: str) -> None:
    publisher = ZeroMqPublisher(port=0, encoding=encoding)  # type: ignore[arg-type]
    with closing(ZeroMqReader(port=publisher.port)) as reader:
        received = read_while(lambda: publisher.publish(frame(7)), reader)
        assert np.array_equal(received.pixels[..., 3], frame(7).pixels[..., 3])
        seen = frame(7).pixels[..., 3:] / 255
        off = np.abs(received.pixels[..., :3].astype(float) - frame(7).pixels[..., :3]) * seen
        assert off.mean() < 6.0
    publisher.close()


def test_the_reader_follows_a_publisher_that_restarts() -> None:
    publisher = ZeroMqPublisher(port=0)
    with closing(ZeroMqReader(port=publisher.port)) as reader:
        read_while(lambda: publisher.publish(frame(1)), reader)
        publisher.close()
        again = ZeroMqPublisher(port=publisher.port)
        while (received := read_while(lambda: again.publish(frame(9)), reader)).frame_id != 9:
            pass
        assert received.session_id == again.session_id
        assert "the publisher restarted" in reader.take_events()[-1]
        again.close()


def test_bytes_that_are_not_a_frame_are_counted_and_skipped() -> None:
    context = zmq.Context()
    stranger = context.socket(zmq.XPUB)
    port = stranger.bind_to_random_port("tcp://127.0.0.1")
    with closing(ZeroMqReader(port=port)) as reader:
        assert stranger.poll(int(PATIENCE_S * 1000))
        assert stranger.recv() == b"\1OMOTEFRM"
        stranger.send(b"OMOTEFRM" + bytes(100))
        ends_s = time.monotonic() + PATIENCE_S
        while reader.refused == 0:
            assert time.monotonic() < ends_s
            assert reader.read(0.05) is None
        assert "something other than a frame" in reader.take_events()[0]
    stranger.close(linger=0)
    context.term()
