"""Forwarding with real UDP sockets, and a reader whose motion the test chooses."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bridge.errors import ForwardError
from bridge.forwarders import forward as forwarding
from bridge.forwarders.forward import Destination, forward
from bridge.forwarders.livelink import LiveLinkForwarder
from bridge.forwarders.osc import OscForwarder
from bridge.forwarders.vmc import VmcForwarder
from protocol.messages import MotionMessage
from tests.bridge.forwarders.motions import motion
from tests.ports import free_udp_port


class FakeReader:
    """Gives `count` frames at `fps`, then sets `stop`; its runtime has the given drivers."""

    address = "tcp://test"

    def __init__(self, stop: threading.Event, count: int, fps: float, drivers: tuple[str, ...] = ()) -> None:
        self._stop = stop
        self._left = count
        self._frame_s = 1.0 / fps
        self._drivers = list(drivers)

    def read(self, timeout_s: float) -> MotionMessage | None:
        if self._left == 0:
            self._stop.set()
            return None
        self._left -= 1
        time.sleep(self._frame_s)
        return motion(pose_yaw=0.1)

    def drivers(self) -> list[str]:
        return self._drivers


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(60)
        yield opened


def forwarded(reader_count: int, fps: float, destination: Destination, max_fps: float) -> int:
    stop = threading.Event()
    reader = FakeReader(stop, reader_count, fps)
    return forward(reader, [destination], stop=stop, say=lambda line: None, max_fps=max_fps)  # type: ignore[arg-type]


def test_every_frame_is_sent_as_its_forwarder_encodes_it(receiver: socket.socket) -> None:
    with Destination(OscForwarder(), "127.0.0.1", receiver.getsockname()[1]) as destination:
        assert forwarded(5, 200.0, destination, max_fps=1000.0) == 5
        expected = OscForwarder().datagrams(motion(pose_yaw=0.1), time_s=0.0)[0]
        received = [receiver.recvfrom(4096) for _ in range(5)]
    assert {data for data, _ in received} == {expected}
    assert {address[1] for _, address in received} == {destination.local_port}
    assert destination.name == f"osc 127.0.0.1:{receiver.getsockname()[1]}"


def test_frames_above_the_limit_are_left_out(receiver: socket.socket) -> None:
    with Destination(OscForwarder(), "127.0.0.1", receiver.getsockname()[1]) as destination:
        # One frame an hour, and one early: FrameLimit is tested with times of its own.
        assert forwarded(20, 1000.0, destination, max_fps=1.0 / 3600.0) == 2


def test_a_closed_port_is_counted_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "REPORT_S", 0.05)
    port = free_udp_port()
    lines: list[str] = []
    stop = threading.Event()
    with Destination(OscForwarder(), "127.0.0.1", port) as destination:
        reader = FakeReader(stop, 60, 400.0)
        forward(reader, [destination], stop=stop, say=lines.append, max_fps=1000.0)  # type: ignore[arg-type]
    assert any("(no program listens there)" in line for line in lines), lines


def test_a_feedback_loop_ends_it(receiver: socket.socket) -> None:
    stop = threading.Event()
    with Destination(LiveLinkForwarder("Omote"), "127.0.0.1", receiver.getsockname()[1]) as destination:
        reader = FakeReader(stop, 3, 200.0, drivers=("webcam", "livelink:Omote"))
        with pytest.raises(ForwardError, match="would follow itself"):
            forward(reader, [destination], stop=stop, say=print)  # type: ignore[arg-type]


def test_an_echo_is_recognised_by_its_subject_or_by_its_port(receiver: socket.socket) -> None:
    port = receiver.getsockname()[1]
    with (
        Destination(LiveLinkForwarder("Anna"), "127.0.0.1", port) as livelink,
        Destination(VmcForwarder(), "127.0.0.1", port) as vmc,
    ):
        assert livelink.is_echo("livelink:Anna")
        assert not livelink.is_echo("livelink:Ben")
        assert not livelink.is_echo("vmc:Anna")
        assert vmc.is_echo(f"vmc:127.0.0.1:{vmc.local_port}")
        assert not vmc.is_echo(f"vmc:127.0.0.1:{vmc.local_port}0")


def test_an_unknown_host_is_an_error() -> None:
    with pytest.raises(ForwardError, match="cannot be sent to"):
        Destination(OscForwarder(), "no such host.invalid", 9)
