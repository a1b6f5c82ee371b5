from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.trackers.livelink import KEPT_NS, LiveLinkFrame, LiveLinkTracker, parse
from protocol.blendshapes import INDEX
from protocol.codec import Refusal
from tests.bridge import corrupt_datagrams, phone_link
from tests.bridge import phone_encoders as phones

SENDER = Path(__file__).parent.parent / "livelink_process.py"
PHONE = "192.168.1.5:50000"
FACE = phones.Face(0.3, -0.2, 0.1, coefficients={"jawOpen": 0.5, "jawLeft": 0.25, "tongueOut": 1.0})
DEVICE = b"8F1C9A52-3B7E-4B52-9D7E-1D0C2B3A4F5E"
#: A header as sent by PyLiveLinkFace, byte for byte, with 61 numbers of our own.
GOLDEN = (
    bytes.fromhex("06 00000024") + DEVICE + bytes.fromhex("00000013") + b"Python_LiveLinkFace"
    + bytes.fromhex("001aee9b 3ef23280 0000003c 00000001 3d")
    + struct.pack(">61f", *[n / 100 for n in range(52)], 0.1, 0.2, 0.3, *[0.0] * 6)
)  # fmt: skip


def test_packet_is_parsed_byte_for_byte() -> None:
    assert len(GOLDEN) == 325
    ((seen,), refusals) = LiveLinkTracker().feed(GOLDEN, PHONE, 7)
    assert refusals == ()
    assert seen.source == "livelink:Python_LiveLinkFace"
    assert seen.expression == pytest.approx(np.arange(52) / 100)
    assert seen.expression[INDEX["eyeBlinkLeft"]] == 0.0
    assert seen.expression[INDEX["tongueOut"]] == pytest.approx(0.51)
    assert seen.pose == pytest.approx({"yaw": 0.1, "pitch": -0.2, "roll": 0.3})  # its pitch is + down
    assert seen.gaze == {}  # left to the eyeLook coefficients
    frame_number, part = 0x001AEE9B, struct.unpack(">f", bytes.fromhex("3ef23280"))[0]
    assert seen.sender_time_ns == pytest.approx((frame_number + part) / 60 * 1e9, rel=1e-12)


@pytest.mark.parametrize("device", ["", "x", DEVICE.decode(), "d" * 200])
@pytest.mark.parametrize("subject", ["A", "アバター", "s" * 300, "\N{GRINNING FACE}" * 3])
def test_names_of_any_length_are_parsed(device: str, subject: str) -> None:
    ((seen,), _) = LiveLinkTracker().feed(phones.livelink(FACE, device=device, subject=subject), PHONE, 7)
    assert seen.source == f"livelink:{subject}"[:64]
    assert seen.expression.sum() == pytest.approx(1.75)
    assert [seen.pose[name] for name in ("yaw", "pitch", "roll")] == pytest.approx(FACE[:3])


@pytest.mark.parametrize("end", [b"\0", b""])
def test_packet_without_a_face_is_a_lost_face(end: bytes) -> None:
    packet = phones.livelink(FACE, is_face=False)[:-1] + end
    ((seen,), refusals) = LiveLinkTracker().feed(packet, PHONE, 7)
    assert (seen.source, seen.is_face, refusals) == ("livelink:iPhone", False, ())
    assert np.isnan(seen.expression).all()


@pytest.mark.parametrize(
    ("rate", "time_s"),
    [((60, 1), 1000.25 / 60), ((60000, 1001), 1000.25 * 1001 / 60000), ((30, 0), 0.0), ((0, 1), 0.0), ((-1, -1), 0.0)],
)  # fmt: skip
def test_the_rate_is_never_divided_by_zero(rate: tuple[int, int], time_s: float) -> None:
    ((seen,), _) = LiveLinkTracker().feed(phones.livelink(FACE, rate=rate), PHONE, 7)
    assert seen.sender_time_ns == pytest.approx(time_s * 1e9, rel=1e-9)
    assert seen.pose["yaw"] == pytest.approx(0.3)


@pytest.mark.parametrize("rate", [(60, 1), (30, 0)])
@pytest.mark.parametrize("name", ["Zoë", "アバター", "é" * 20])
def test_packet_with_names_counted_in_characters_is_parsed_from_its_end(
    name: str, rate: tuple[int, int]
) -> None:
    packet = phones.livelink(FACE, subject=name, rate=rate)
    place = 5 + len(DEVICE)
    wrong = packet[:place] + struct.pack(">i", len(name)) + packet[place + 4 :]
    assert wrong != packet
    ((seen,), refusals) = LiveLinkTracker().feed(wrong, PHONE, 7)
    assert refusals == ()
    assert seen.source == f"livelink:{name}"
    assert seen.expression.sum() == pytest.approx(1.75)


def test_packet_without_names_is_named_after_its_sender() -> None:
    ((seen,), refusals) = LiveLinkTracker().feed(b"\x06" + b"\xff" * 8 + GOLDEN[-261:], PHONE, 7)
    assert refusals == ()
    assert seen.source == f"livelink:{PHONE}"
    assert seen.expression == pytest.approx(np.arange(52) / 100)


def test_impossible_head_angles_are_clipped() -> None:
    ((seen,), refusals) = LiveLinkTracker().feed(phones.livelink(phones.Face(yaw=40.0, roll=-3.0)), PHONE, 7)
    assert refusals == ()
    assert seen.pose == pytest.approx({"yaw": 1.6, "pitch": 0.0, "roll": -1.6})


def test_unusable_numbers_are_refused_with_a_reason() -> None:
    face = phones.Face(yaw=float("nan"), pitch=1e9, coefficients={"jawOpen": float("inf"), "jawLeft": 9.0})
    ((seen,), refusals) = LiveLinkTracker().feed(phones.livelink(face), PHONE, 7)
    assert seen.pose.keys() == {"roll"}
    assert sorted(refusal.reason for refusal in refusals) == ["non-finite value"] * 2 + ["out of range"] * 2


@pytest.mark.parametrize(
    "datagram",
    [b"", b"\x06", b"\x07" + GOLDEN[1:], GOLDEN[:-1], GOLDEN + b"\0", GOLDEN[:90]],
)  # fmt: skip
def test_refusals_have_a_reason(datagram: bytes) -> None:
    refused = parse(datagram)
    assert isinstance(refused, Refusal)
    assert refused.reason == "not Live Link"


def test_one_phone_keeps_its_name_at_another_address() -> None:
    tracker = LiveLinkTracker()
    packet = phones.livelink(FACE, subject="Anna")
    ((first,), _) = tracker.feed(packet, "192.168.1.5:50000", 10**18)
    ((second,), _) = tracker.feed(packet, "192.168.1.9:50001", 10**18 + KEPT_NS)
    assert first.source == second.source == "livelink:Anna"


def test_two_phones_with_one_subject_stay_apart() -> None:
    tracker = LiveLinkTracker()
    sources: dict[str, set[str]] = {"A" * 36: set(), "B" * 36: set()}
    for n in range(20):
        for device, seen in sources.items():
            packet = phones.livelink(FACE, subject="iPhone", device=device)
            seen.add(tracker.feed(packet, f"10.0.0.{device[0]}:1", 10**18 + n * 10**7).observations[0].source)
    assert sources == {"A" * 36: {"livelink:iPhone"}, "B" * 36: {"livelink:iPhone 10.0.0.B:1"}}


@contextmanager
def sending(python: Path, port: int, name: str, fps: int = 60) -> Iterator[None]:
    command = [str(python), str(SENDER), str(port), name, str(fps)]
    with subprocess.Popen(command) as process:
        try:
            yield
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("name", "fps"), [("Python_LiveLinkFace", 60), ("Anna", 30), ("アバター", 60), ("Zoë", 30)]
)
def test_third_party_sender_is_received(sender_python: Path, name: str, fps: int) -> None:
    with phone_link.udp_socket() as listener:
        tracker = LiveLinkTracker()
        with sending(sender_python, listener.getsockname()[1], name, fps):
            seen, refused = phone_link.listen(tracker, listener, until=3)
    assert refused == []
    assert {each.source for each in seen} == {f"livelink:{name}"}
    assert seen[-1].expression[INDEX["jawOpen"]] == 0.5
    assert seen[-1].expression[INDEX["eyeBlinkLeft"]] == 0.25
    assert seen[-1].pose == pytest.approx({"yaw": 0.3, "pitch": -0.2, "roll": -0.1})
    assert (seen[-1].sender_time_ns > 0) == (fps == 60)


def test_two_programs_with_one_name_stay_apart(sender_python: Path) -> None:
    with phone_link.udp_socket() as listener, ExitStack() as senders:
        port = listener.getsockname()[1]
        for _ in range(2):
            senders.enter_context(sending(sender_python, port, "Anna"))
        seen, refused = phone_link.listen(LiveLinkTracker(), listener, until=60)
    assert refused == []
    sources = {each.source for each in seen}
    assert "livelink:Anna" in sources
    assert len(sources) == 2


@given(
    corrupt_datagrams.datagrams(
        GOLDEN, phones.livelink(FACE, subject="é"), phones.livelink(FACE, is_face=False)
    )
)
@example(b"\x06" + struct.pack(">i", 2**31 - 1) + bytes(400))
@example(b"\x06" + bytes(8) + struct.pack(">ifii", 2**31 - 1, float("nan"), 1, 2**31 - 1))
def test_arbitrary_bytes_never_raise(datagram: bytes) -> None:
    assert isinstance(parse(datagram), (LiveLinkFrame, Refusal))
    tracker = LiveLinkTracker()
    corrupt_datagrams.check(tracker.feed(datagram, "\0:1", 7))
    corrupt_datagrams.check(tracker.feed(datagram, "\0:2", 7))


@given(st.lists(st.floats(width=32), min_size=61, max_size=61))
def test_arbitrary_numbers_never_raise(numbers: list[float]) -> None:
    corrupt_datagrams.check(LiveLinkTracker().feed(GOLDEN[:-244] + struct.pack(">61f", *numbers), PHONE, 7))
