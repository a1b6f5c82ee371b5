from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import msgpack
import numpy as np
import pytest
import zmq

from protocol.codec import decode_message
from protocol.frames.frame_header import (
    FRAME_TOPIC,
    JPEG_ALPHA,
    MOTION_TOPIC,
    STATUS_TOPIC,
    THUMBNAIL_TOPIC,
    WEBP,
    FrameHeader,
    unpack_header,
)
from protocol.messages import Status
from runtime.errors import PortInUseError, PublishError
from runtime.frames.frame import Frame
from runtime.publishers.doorbell import Doorbell
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.ipv6 import needs_ipv6
from tests.waiting import until

STATUS = Status(
    avatar="a", engine="null", provider="numpy", fps=60.0, target_fps=60.0, size=4, uptime_s=1.0, frames=60,
    stages=[], drivers=[], dropped={}, values=[], publishers=["zeromq"], notes=[],
)  # fmt: skip


def frame(frame_id: int, height: int = 2, width: int = 3) -> Frame:
    pixels = np.arange(height * width * 4, dtype=np.uint8).reshape(height, width, 4) + np.uint8(frame_id)
    return Frame(pixels, frame_id=frame_id, capture_time_ns=11, receive_time_ns=12, render_time_ns=13)


@pytest.fixture
def publisher() -> Iterator[ZeroMqPublisher]:
    opened = ZeroMqPublisher(port=0)
    yield opened
    opened.close()


@pytest.fixture
def subscribe(publisher: ZeroMqPublisher) -> Iterator[object]:
    context = zmq.Context()
    sockets = []

    def opened(*topics: bytes, conflate: bool = False) -> zmq.Socket[bytes]:
        socket = context.socket(zmq.SUB)
        sockets.append(socket)
        socket.setsockopt(zmq.CONFLATE, int(conflate))
        socket.setsockopt(zmq.RCVTIMEO, 60_000)
        for topic in topics:
            socket.setsockopt(zmq.SUBSCRIBE, topic)
        socket.connect(f"tcp://127.0.0.1:{publisher.port}")
        until(lambda: publisher._subscribers.wanted.issuperset(topics))
        return socket

    yield opened
    for socket in sockets:
        socket.close(linger=0)
    context.term()


def header_and_pixels(message: bytes) -> tuple[FrameHeader, np.ndarray]:
    header = unpack_header(message)
    pixels = np.frombuffer(message, np.uint8, offset=header.header_bytes)
    return header, pixels.reshape(header.height, header.width, 4)


def test_a_frame_arrives_with_its_header_and_pixels(publisher: ZeroMqPublisher, subscribe) -> None:
    socket = subscribe(FRAME_TOPIC)
    for sent in (frame(1), frame(2), frame(3, height=5, width=4)):  # the size may change
        publisher.publish(sent)
        header, pixels = header_and_pixels(socket.recv())
        assert np.array_equal(pixels, sent.pixels)
        assert (header.frame_id, header.session_id) == (sent.frame_id, publisher.session_id)
        assert (header.capture_time_ns, header.receive_time_ns, header.render_time_ns) == (11, 12, 13)


def test_what_is_sent_is_counted_for_every_reader(publisher: ZeroMqPublisher, subscribe) -> None:
    publisher.publish(frame(1))
    assert publisher.sent_bytes == 0  # nobody reads
    sockets = [subscribe(FRAME_TOPIC), subscribe(FRAME_TOPIC)]
    until(lambda: len(publisher._subscribers._subscribers) == 2)
    for number in range(1, 11):
        publisher.publish(frame(number, height=50, width=40))
        read = sum(len(socket.recv()) for socket in sockets) * number
    until(lambda: publisher.sent_bytes >= read)
    assert publisher.sent_bytes <= read + 20 * 9  # a header of ZMTP before each


def test_the_motion_of_a_frame_has_a_topic_of_its_own(publisher: ZeroMqPublisher, subscribe) -> None:
    socket = subscribe(MOTION_TOPIC)
    publisher.publish(replace(frame(7), motion=np.array([0.25, -1.0], np.float32)))
    topic, body = (message := socket.recv())[:8], message[8:]
    assert topic == MOTION_TOPIC
    assert msgpack.unpackb(body) == {
        "type": "motion", "frame_id": 7, "capture_time_ns": 11, "receive_time_ns": 12, "values": [0.25, -1.0],
    }  # fmt: skip
    publisher.publish_status(STATUS)
    publisher.publish(frame(8))  # without a motion there is nothing to say
    assert not socket.poll(100)


def test_thumbnails_begin_with_a_subscriber_and_cost_frames_nothing(
    publisher: ZeroMqPublisher, subscribe
) -> None:
    frames = subscribe(FRAME_TOPIC)
    publisher.publish(frame(1))
    assert frames.recv()[:8] == FRAME_TOPIC
    assert publisher._thumbnails is None  # no thread, no work
    thumbnails = subscribe(THUMBNAIL_TOPIC)

    def arrives() -> bool:
        publisher.publish(replace(frame(2), render_time_ns=time.time_ns()))
        return bool(thumbnails.poll(10))

    until(arrives)
    message = thumbnails.recv()
    assert message[:8] == THUMBNAIL_TOPIC
    header = unpack_header(message[8:], formats=(WEBP,))
    assert (header.frame_id, header.width, header.session_id) == (2, 3, publisher.session_id)


def test_the_status_has_a_topic_of_its_own(publisher: ZeroMqPublisher, subscribe) -> None:
    socket = subscribe(STATUS_TOPIC)
    publisher.publish(frame(1))
    publisher.publish_status(STATUS)
    message = socket.recv()
    assert message[:8] == STATUS_TOPIC
    assert decode_message(message[8:]) == STATUS
    assert msgpack.unpackb(message[8:])["engine"] == "null"


def test_shared_memory_s_bell_is_sent_on_to_those_who_want_it(subscribe, publisher: ZeroMqPublisher) -> None:
    doorbell = Doorbell()
    doorbell.listen(publisher.send_doorbell)
    doorbell.notify(1, 1)  # without a subscriber nothing is sent
    socket = subscribe(b"OMOTEBEL", conflate=True)
    doorbell.notify(2**64 - 1, 5)
    assert socket.recv() == b"OMOTEBEL" + b"\xff" * 8 + (5).to_bytes(8, "little")


@pytest.mark.parametrize(("encoding", "pixel_format"), [("webp", WEBP), ("jpeg", JPEG_ALPHA)])
def test_packed_frames_come_from_a_thread_of_their_own(encoding: str, pixel_format: int) -> None:
    publisher = ZeroMqPublisher(port=0, encoding=encoding)  # type: ignore[arg-type]
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.setsockopt(zmq.SUBSCRIBE, FRAME_TOPIC)
    socket.connect(f"tcp://127.0.0.1:{publisher.port}")
    ends_s = time.monotonic() + 60
    while not socket.poll(10):
        assert time.monotonic() < ends_s
        publisher.publish(frame(7, height=64, width=48))
    message = socket.recv()
    header = unpack_header(message, formats=(pixel_format,))
    assert (header.width, header.height, header.frame_id, header.format) == (48, 64, 7, pixel_format)
    assert header.session_id == publisher.session_id
    publisher.close()
    socket.close(linger=0)
    with pytest.raises(PublishError):
        publisher.publish(frame(8))


def test_a_slow_reader_with_conflate_gets_the_newest_whole_frame(
    publisher: ZeroMqPublisher, subscribe
) -> None:
    socket = subscribe(FRAME_TOPIC, conflate=True)
    newest = 0
    for i in range(1, 51):
        publisher.publish(frame(i))
        time.sleep(0.001)
    ends_s = time.monotonic() + 60
    while newest < 50 and time.monotonic() < ends_s:
        header, pixels = header_and_pixels(socket.recv())
        newest = header.frame_id
        assert np.array_equal(pixels, frame(newest).pixels)
    assert newest == 50


def test_a_reader_that_never_reads_does_not_stop_the_publisher(publisher: ZeroMqPublisher, subscribe) -> None:
    subscribe(FRAME_TOPIC)
    large = frame(1, height=512, width=512)
    for _ in range(100):  # 100 MB: far more than any buffer on the way
        publisher.publish(large)


def test_without_a_subscriber_nothing_is_copied(publisher: ZeroMqPublisher, subscribe) -> None:
    publisher.publish(frame(1))
    assert publisher._subscribers._pool == []  # type: ignore[attr-defined]
    assert not publisher._subscribers._published  # type: ignore[attr-defined]
    socket = subscribe(b"")  # everything
    publisher.publish(frame(2))
    assert unpack_header(socket.recv()).frame_id == 2
    socket.close()
    until(lambda: not publisher._subscribers.wanted)


def test_a_taken_port_is_named(publisher: ZeroMqPublisher) -> None:
    with pytest.raises(PortInUseError, match=rf"port {publisher.port} \(publish\).*--publish-port"):
        ZeroMqPublisher(port=publisher.port)


def test_publishing_after_close_is_a_publish_error() -> None:
    publisher = ZeroMqPublisher(port=0)
    publisher.close()
    publisher.close()
    with pytest.raises(PublishError, match="closed"):
        publisher.publish(frame(1))


@needs_ipv6
def test_subscribers_connect_by_either_family(publisher: ZeroMqPublisher) -> None:
    with zmq.Context() as context:
        for host in ("[::1]", "127.0.0.1"):
            with context.socket(zmq.SUB) as reader:
                reader.setsockopt(zmq.IPV6, 1)
                reader.setsockopt(zmq.LINGER, 0)
                reader.setsockopt(zmq.SUBSCRIBE, STATUS_TOPIC)
                reader.connect(f"tcp://{host}:{publisher.port}")

                def arrives(reader: zmq.Socket[bytes] = reader) -> bool:
                    publisher.publish_status(STATUS)
                    return bool(reader.poll(50))

                until(arrives)
                assert decode_message(reader.recv().removeprefix(STATUS_TOPIC)) == STATUS
