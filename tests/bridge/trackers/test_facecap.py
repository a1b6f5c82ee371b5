from __future__ import annotations

import struct
from math import radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc import udp_client

from bridge.observation import Observation
from bridge.trackers.facecap import SILENCE_NS, FaceCapDatagram, FaceCapTracker, parse
from protocol.blendshapes import INDEX
from protocol.codec import Refusal
from tests.bridge import corrupt_datagrams, phone_link
from tests.bridge import phone_encoders as phones

PHONE = "192.168.1.5:50000"
FACE = phones.Face(0.4, 0.2, -0.1, 0.05, -0.1, -0.6, 0.15, -0.2, {"jawLeft": 0.3, "tongueOut": 1.0})
TURN = struct.pack(">4s4sfff", b"/HR\0", b",fff", 10.0, 20.0, 30.0).replace(b",fff", b",fff\0\0\0\0")
MILLISECOND_NS = 1_000_000


def fed(tracker: FaceCapTracker, *datagrams: bytes, sender: str = PHONE) -> list[Observation]:
    seen: list[Observation] = []
    for datagram in datagrams:
        result = tracker.feed(datagram, sender, 7)
        assert result.refusals == ()
        seen += result.observations
    return seen


def test_single_message_is_flushed_after_a_short_silence() -> None:
    tracker = FaceCapTracker()
    assert fed(tracker, TURN) == []
    assert tracker.flush(7 + SILENCE_NS - 1).observations == ()
    ((seen,), refusals) = tracker.flush(7 + SILENCE_NS)
    assert refusals == ()
    assert seen.source == "facecap:192.168.1.5:50000"
    assert seen.receive_time_ns == 7
    # About x the nose goes down, about y to the subject's left, about z to the right shoulder.
    assert seen.pose == pytest.approx({"yaw": radians(20), "pitch": radians(-10), "roll": radians(30)})
    assert np.isnan(seen.expression).all()
    assert tracker.flush(7 + 9 * SILENCE_NS).observations == ()


def test_a_value_that_the_phone_stops_sending_is_held_for_a_second() -> None:
    def message(address: bytes, *numbers: float) -> bytes:
        tags = b"," + b"f" * len(numbers)
        pad = lambda text: text + b"\0" * (4 - len(text) % 4)  # noqa: E731
        return pad(address) + pad(tags) + struct.pack(f">{len(numbers)}f", *numbers)

    tracker = FaceCapTracker()
    eyes, head = message(b"/ELR", 0.0, 10.0), message(b"/HR", 0.0, 20.0, 0.0)
    tracker.feed(head, PHONE, 0)
    tracker.feed(eyes, PHONE, 0)
    assert tracker.flush(SILENCE_NS).observations[0].gaze["yaw"] == pytest.approx(radians(10))
    gaze = {}
    for now_ms in range(100, 1400, 100):
        for seen in tracker.feed(head, PHONE, now_ms * MILLISECOND_NS).observations:
            gaze[now_ms] = seen.gaze
            assert seen.pose["yaw"] == pytest.approx(radians(20))
        for seen in tracker.flush((now_ms + 50) * MILLISECOND_NS).observations:
            gaze[now_ms] = seen.gaze
    assert gaze[1000]["yaw"] == pytest.approx(radians(10))
    assert gaze[1100] == gaze[1300] == {}


@pytest.mark.parametrize("quaternion", [False, True])
def test_values_and_signs_of_a_known_face(quaternion: bool) -> None:
    tracker = FaceCapTracker()
    messages = phones.facecap(FACE, quaternion=quaternion)
    assert fed(tracker, *messages) == []
    (seen,) = tracker.flush(7 + SILENCE_NS).observations
    assert not np.isnan(seen.expression).any()
    assert {name: seen.expression[INDEX[name]] for name in ("jawLeft", "tongueOut")} == pytest.approx(
        FACE.coefficients
    )
    assert seen.expression.sum() == pytest.approx(1.3)
    assert [seen.pose[key] for key in ("yaw", "pitch", "roll", "x", "y", "z")] == pytest.approx(
        FACE[:6], abs=1e-6
    )
    assert [seen.gaze["yaw"], seen.gaze["pitch"]] == pytest.approx(FACE[6:8], abs=1e-6)


def test_frame_of_single_messages_is_given_once_complete() -> None:
    tracker = FaceCapTracker()
    messages = phones.facecap(FACE)
    assert fed(tracker, *messages) == []
    # The second frame ends the first, and is itself complete with its last message.
    assert len(fed(tracker, messages[0])) == 1
    assert fed(tracker, *messages[1:-1]) == []
    assert len(fed(tracker, messages[-1])) == 1
    for _ in range(5):
        assert len(fed(tracker, *messages)) == 1
    assert tracker.flush(10**12).observations == ()


def test_bundles_are_given_at_once_after_the_first() -> None:
    tracker = FaceCapTracker()
    bundle = phones.facecap_bundle(FACE)
    counts = [len(fed(tracker, bundle)) for _ in range(4)]
    assert counts == [0, 2, 1, 1]


def test_values_that_are_not_repeated_stay() -> None:
    tracker = FaceCapTracker()
    fed(tracker, *phones.facecap(FACE))
    tracker.flush(10**12)
    fed(tracker, TURN)
    (seen,) = tracker.flush(2 * 10**12).observations
    assert seen.expression[INDEX["tongueOut"]] == 1.0
    assert seen.pose["yaw"] == pytest.approx(radians(20))


def test_positions_in_centimetres_are_recognised_by_their_size() -> None:
    tracker = FaceCapTracker()
    fed(tracker, phones.facecap(phones.Face(x=5.0, y=-10.0, z=-60.0))[0])
    (seen,) = tracker.flush(10**12).observations
    assert seen.pose == pytest.approx({"x": 0.05, "y": -0.1, "z": -0.6})


def test_two_phones_stay_apart() -> None:
    tracker = FaceCapTracker()
    other = phones.Face(yaw=-0.4)
    for ours, theirs in zip(phones.facecap(FACE), phones.facecap(other), strict=True):
        fed(tracker, ours)
        fed(tracker, theirs, sender="192.168.1.6:50000")
    yaws = {seen.source: seen.pose["yaw"] for seen in tracker.flush(10**12).observations}
    assert yaws == pytest.approx({"facecap:192.168.1.5:50000": 0.4, "facecap:192.168.1.6:50000": -0.4})


def message(address: bytes, tags: bytes, data: bytes) -> bytes:
    return b"".join(text + bytes(4 - len(text) % 4) for text in (address, b"," + tags)) + data


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"", "not OSC"),
        (message(b"/VMC/Ext/OK", b"i", bytes(4)), "unknown OSC address"),
        (message(b"/W", b"if", struct.pack(">if", 52, 0.5)), "wrong OSC arguments"),
        (message(b"/W", b"if", struct.pack(">if", -1, 0.5)), "wrong OSC arguments"),
        (message(b"/W", b"i", struct.pack(">i", 1)), "wrong OSC arguments"),
        (message(b"/HR", b"ff", bytes(8)), "wrong OSC arguments"),
        (message(b"/HR", b"sss", b"a\0\0\0" * 3), "wrong OSC arguments"),
    ],
)
def test_refusals_have_a_reason(datagram: bytes, reason: str) -> None:
    result = FaceCapTracker().feed(datagram, PHONE, 7)
    assert result.observations == ()
    assert [refusal.reason for refusal in result.refusals] == [reason]


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (message(b"/W", b"if", struct.pack(">if", 3, float("nan"))), "non-finite value"),
        (message(b"/HT", b"fff", struct.pack(">fff", 1e30, 1.0, 1.0)), "out of range"),
        (message(b"/HRQ", b"ffff", bytes(16)), "no rotation"),
        (message(b"/ELR", b"ff", struct.pack(">ff", float("inf"), 1.0)), "non-finite value"),
    ],
)
def test_unusable_numbers_are_refused_with_a_reason(datagram: bytes, reason: str) -> None:
    tracker = FaceCapTracker()
    fed(tracker, datagram)
    assert {refusal.reason for refusal in tracker.flush(10**12).refusals} == {reason}


def test_third_party_sender_is_received() -> None:
    with phone_link.udp_socket() as listener:
        with udp_client.SimpleUDPClient("127.0.0.1", listener.getsockname()[1]) as client:
            for _ in range(3):
                client.send_message("/HR", [10.0, 20.0, 30.0])
                client.send_message("/W", [24, 0.5])
        seen, refused = phone_link.listen(FaceCapTracker(), listener, until=3)
    assert refused == []
    assert seen[-1].expression[INDEX["jawOpen"]] == 0.5
    assert seen[-1].pose["yaw"] == pytest.approx(radians(20))


@given(
    st.lists(
        corrupt_datagrams.datagrams(TURN, phones.facecap(FACE)[7], phones.facecap_bundle(FACE)), max_size=6
    )
)
def test_arbitrary_bytes_never_raise(datagrams: list[bytes]) -> None:
    tracker = FaceCapTracker()
    for index, datagram in enumerate(datagrams):
        assert isinstance(parse(datagram), (FaceCapDatagram, Refusal))
        corrupt_datagrams.check(tracker.feed(datagram, f"\n{index % 2}", 7))
        corrupt_datagrams.check(tracker.flush(7 + index * MILLISECOND_NS * 10))


@given(st.lists(st.floats(), min_size=4, max_size=4), st.sampled_from(["/HT", "/HR", "/HRQ", "/ELR", "/ERR"]))
def test_arbitrary_numbers_never_raise(numbers: list[float], address: str) -> None:
    tracker = FaceCapTracker()
    data = message(address.encode(), b"dddd", struct.pack(">4d", *numbers))
    corrupt_datagrams.check(tracker.feed(data, PHONE, 7))
    corrupt_datagrams.check(tracker.flush(10**12))
