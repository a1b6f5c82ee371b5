from __future__ import annotations

import socket
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.observation import Observation
from bridge.trackers.ifacialmocap import MAX_BYTES
from bridge.trackers.ifacialmocap_stream import FRAME_END, HELLO, IFacialMocapStreamTracker
from protocol.blendshapes import INDEX
from tests.bridge import corrupt_datagrams, phone_link
from tests.bridge import phone_encoders as phones
from tests.ports import free_udp_port

FRAMES = b"".join(
    phones.ifacialmocap(phones.Face(yaw=n / 10)) + FRAME_END for n in range(5)
)  # five turns of the head
SECOND_NS = 1_000_000_000


@given(st.lists(st.integers(0, len(FRAMES)), max_size=12))
def test_frames_are_parsed_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    stream = IFacialMocapStreamTracker().connect("192.168.1.5:51000")
    places = [0, *sorted(cuts), len(FRAMES)]
    yaws: list[float] = []
    for begin, end in pairwise(places):
        fed = stream.feed(FRAMES[begin:end], 7)
        assert fed.refusals == ()
        yaws += [seen.pose["yaw"] for seen in fed.observations]
        assert all(seen.source == "ifacialmocap:192.168.1.5:51000" for seen in fed.observations)
    assert yaws == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_a_stream_without_an_end_is_bounded_and_recovers() -> None:
    stream = IFacialMocapStreamTracker().connect("phone:1")
    reasons = [refusal.reason for _ in range(100) for refusal in stream.feed(b"x" * 1024, 7).refusals]
    assert reasons == ["too large"] * (100 * 1024 // MAX_BYTES)  # thrown away each time that it is full
    stream.feed(FRAME_END, 7)
    assert len(stream.feed(FRAMES, 7).observations) == 5


@given(st.lists(corrupt_datagrams.datagrams(FRAMES[:1500]), max_size=6))
def test_arbitrary_bytes_never_raise(chunks: list[bytes]) -> None:
    stream = IFacialMocapStreamTracker().connect("\x00phone")
    for chunk in chunks:
        corrupt_datagrams.check(stream.feed(chunk, 7))


def test_phone_is_greeted_until_the_stream_has_frames() -> None:
    tracker = IFacialMocapStreamTracker("phone")
    start = 100 * SECOND_NS
    (greeting,) = tracker.greetings(start, 0)
    assert greeting == ("phone", 49983, HELLO + b"|sendDataVersion=v2")
    stream = tracker.connect("phone:51000")
    for second in range(1, 5):
        assert len(stream.feed(FRAMES, start + second * SECOND_NS).observations) == 5
        assert tracker.greetings(start + second * SECOND_NS + 1, 0) == ()
    assert tracker.greetings(start + 7 * SECOND_NS, 0)


def test_greeted_phone_connects() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, phone_link.udp_socket() as asker:
        server.settimeout(phone_link.PATIENCE_S)
        port = free_udp_port()
        tracker = IFacialMocapStreamTracker("127.0.0.1", phone_port=port)
        with phone_link.phone("tcp", port, server.getsockname()[1]) as phone:
            (greeting,) = tracker.greetings(time.time_ns(), 0)
            asker.sendto(greeting.datagram, (greeting.host, greeting.port))
            connection, (host, from_port) = server.accept()
            assert "UDPTCP" in phone_link.question(phone)
            with connection:
                connection.settimeout(phone_link.PATIENCE_S)
                stream = tracker.connect(f"{host}:{from_port}")
                seen: list[Observation] = []
                while len(seen) < 5:
                    fed = stream.feed(connection.recv(700), time.time_ns())
                    assert fed.refusals == ()
                    seen += fed.observations
    assert seen[-1].pose["pitch"] == pytest.approx(-0.1)
    assert seen[-1].expression[INDEX["eyeBlinkLeft"]] == 0.25
