"""The reader with a real ZeroMQ publisher in the runtime's place."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest
import zmq

from bridge.errors import ForwardError
from bridge.forwarders.motion_reader import MotionReader
from protocol.channels import CHANNELS
from protocol.codec import encode
from protocol.frames.frame_header import MOTION_TOPIC, STATUS_TOPIC
from protocol.messages import DriverStatus, MotionMessage, Status
from tests.bridge.forwarders.motions import motion
from tests.waiting import PATIENCE_S, until


@pytest.fixture
def runtime() -> Iterator[tuple[zmq.Socket[bytes], MotionReader]]:
    """A publisher, and a reader whose subscription has arrived there."""
    with zmq.Context() as context, context.socket(zmq.XPUB) as publisher:
        publisher.set(zmq.LINGER, 0)
        port = publisher.bind_to_random_port("tcp://127.0.0.1")
        with MotionReader(f"tcp://127.0.0.1:{port}") as reader:
            for _ in range(2):  # motion and status
                assert publisher.poll(PATIENCE_S * 1000)
                publisher.recv()
            yield publisher, reader


def publish(publisher: zmq.Socket[bytes], message: MotionMessage) -> None:
    publisher.send(MOTION_TOPIC + encode(message))


def test_motion_arrives_as_it_was_published(runtime: tuple[zmq.Socket[bytes], MotionReader]) -> None:
    publisher, reader = runtime
    sent = motion(pose_yaw=0.25, expression_jawOpen=0.5)
    publish(publisher, sent)
    assert reader.read(PATIENCE_S) == sent
    assert reader.read(0.0) is None


def test_only_the_newest_motion_is_kept(runtime: tuple[zmq.Socket[bytes], MotionReader]) -> None:
    publisher, reader = runtime
    for number in range(50):
        publish(publisher, motion(pose_yaw=number / 100))
    time.sleep(0.3)  # most have arrived by now; a queue would give all fifty
    found = [reader.read(PATIENCE_S)]
    while found[-1] != motion(pose_yaw=0.49):
        assert found[-1] is not None
        found.append(reader.read(PATIENCE_S))
    assert len(found) < 50
    assert reader.read(0.0) is None


@pytest.mark.parametrize(
    "values",
    [
        [0.0] * (len(CHANNELS) - 1),
        [math.nan] * len(CHANNELS),
        [math.inf] * len(CHANNELS),
        [1e6] * len(CHANNELS),
    ],
)
def test_unusable_values_are_counted_and_not_returned(
    runtime: tuple[zmq.Socket[bytes], MotionReader], values: list[float]
) -> None:
    publisher, reader = runtime
    publish(publisher, MotionMessage(frame_id=1, capture_time_ns=0, receive_time_ns=0, values=values))
    assert reader.read(PATIENCE_S) is None
    assert reader.refused.total() == 1


def test_damaged_bytes_are_counted(runtime: tuple[zmq.Socket[bytes], MotionReader]) -> None:
    publisher, reader = runtime
    publisher.send(MOTION_TOPIC + b"\xc1 not a message")
    assert reader.read(PATIENCE_S) is None
    assert reader.refused.total() == 1


def test_without_a_status_there_are_no_drivers(runtime: tuple[zmq.Socket[bytes], MotionReader]) -> None:
    assert runtime[1].drivers() == []


def test_an_impossible_address_is_an_error() -> None:
    with pytest.raises(ForwardError, match="is not an address"):
        MotionReader("here")


def test_a_udp_driver_is_reported_with_the_port_that_its_name_leaves_out(
    runtime: tuple[zmq.Socket[bytes], MotionReader],
) -> None:
    publisher, reader = runtime
    drivers = [
        DriverStatus(
            source=source,
            layer="pose",
            mode="set",
            weight=1.0,
            priority=0,
            age_s=0.1,
            owned=[],
            origin=origin,
        )
        for source, origin in (
            ("vmc:127.0.0.1 (2)", "127.0.0.1:50000"),
            ("me", "127.0.0.1:5"),
            ("webcam", ""),
        )
    ]
    status = Status(
        avatar="a", engine="null", provider="numpy", fps=60.0, target_fps=60.0, size=4, uptime_s=1.0, frames=60,
        stages=[], drivers=drivers, dropped={}, values=[], publishers=[], notes=[],
    )  # fmt: skip
    publisher.send(STATUS_TOPIC + encode(status))
    found: list[str] = []
    until(lambda: found.extend(reader.drivers()) or bool(found))
    assert found == ["vmc:127.0.0.1:50000", "me", "webcam"]
