"""ZMTP against bytes written by hand from RFC 23 and 37; tests/runtime/intake connects real libzmq."""

from __future__ import annotations

import pytest

from protocol.errors import ZmtpError
from protocol.zmtp import GREETING, MAX_PART_BYTES, MAX_PARTS, MAX_SKIPPED_BYTES, ZmtpPeer, encode_message

#: libzmq 4.3's greeting as a PUSH socket sends it: signature, version 3.1, NULL, client, filler.
LIBZMQ = bytes.fromhex("ff00000000000000017f" + "0301" + b"NULL".hex() + "00" * 16 + "00" + "00" * 31)
#: READY with Socket-Type PUSH and an empty Identity.
READY = b"\x04\x27" + b"\x05READY" + b"\x0bSocket-Type\x00\x00\x00\x04PUSH" + b"\x08Identity\x00\x00\x00\x00"


def frame(body: bytes, flags: int = 0) -> bytes:
    if len(body) > 255:
        return bytes((flags | 2,)) + len(body).to_bytes(8, "big") + body
    return bytes((flags, len(body))) + body


@pytest.fixture
def peer() -> ZmtpPeer:
    """A peer whose handshake is complete."""
    made = ZmtpPeer("PULL")
    assert made.take_output() == GREETING
    assert made.feed(LIBZMQ + READY) == []
    assert made.is_ready
    made.take_output()
    return made


def test_our_greeting_is_that_of_the_specification() -> None:
    assert len(GREETING) == 64
    assert GREETING[:10] == b"\xff\0\0\0\0\0\0\0\0\x7f"
    assert GREETING[10:12] == b"\x03\x00"
    assert GREETING[12:32] == b"NULL" + bytes(16)
    assert GREETING[32:] == bytes(32)


def test_ready_names_our_socket_type() -> None:
    made = ZmtpPeer("ROUTER")
    made.take_output()
    made.feed(LIBZMQ)
    assert made.take_output() == b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER"


def test_every_cut_of_the_bytes_gives_the_same_messages() -> None:
    stream = LIBZMQ + READY + frame(b"one") + frame(b"t", 1) + frame(b"wo") + frame(b"x" * 300) + frame(b"")
    for size in (1, 2, 7, 63, 64, 65, 1000):
        made = ZmtpPeer("PULL")
        got = [m.parts for at in range(0, len(stream), size) for m in made.feed(stream[at : at + size])]
        assert got == [[b"one"], [b"t", b"wo"], [b"x" * 300], [b""]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"POST /omote HTTP/1.1\r\nHost: 127.0.0.1:5571\r\n\r\n", "not ZeroMQ"),
        (b"GET / HTTP/1.1\r\n", "not ZeroMQ"),
        (b"\x01\x00", "not ZeroMQ"),  # ZMTP 1.0, unversioned: an anonymous identity
        (b"\xff" + bytes(8) + b"\x01\x00\x00", "not ZeroMQ"),
        (b"\xff\0\0\0\0\0\0\0\1\x7f\x01\x07", "old ZeroMQ"),  # ZMTP 2.0
        (LIBZMQ.replace(b"NULL", b"PLAI"), "wrong mechanism"),
        (LIBZMQ + frame(b"early"), "not ZeroMQ"),
        (LIBZMQ + READY.replace(b"PUSH", b"PAIR"), "wrong socket type"),
        (LIBZMQ + b"\x04\x03\x05REA", "not ZeroMQ"),
        (LIBZMQ + READY + b"\x80\x01x", "not ZeroMQ"),  # a reserved flag
        (LIBZMQ + READY + b"\x02" + (MAX_SKIPPED_BYTES + 1).to_bytes(8, "big"), "too large"),
        (LIBZMQ + READY + b"\x06" + (2**63).to_bytes(8, "big"), "too large"),  # a command without an end
    ],
)
def test_what_is_not_zeromq_is_cut(data: bytes, reason: str) -> None:
    made = ZmtpPeer("PULL")
    with pytest.raises(ZmtpError) as raised:
        made.feed(data)
    assert raised.value.reason == reason


def test_a_large_part_is_skipped_without_being_kept(peer: ZmtpPeer) -> None:
    size = MAX_PART_BYTES + 1
    assert peer.feed(b"\x02" + size.to_bytes(8, "big")) == []
    for _ in range(size // 1024):
        assert peer.feed(bytes(1024)) == []
        assert len(peer._input) == 0
    [refused] = peer.feed(bytes(size % 1024))
    assert (refused.parts, refused.refused) == ([], "too large")
    assert [m.parts for m in peer.feed(frame(b"next"))] == [[b"next"]]


def test_an_endless_message_is_not_kept(peer: ZmtpPeer) -> None:
    part = frame(bytes(10_000), 1)
    for _ in range(200):
        assert peer.feed(part) == []
        assert sum(map(len, peer._parts)) + len(peer._input) <= MAX_PART_BYTES
    [refused] = peer.feed(frame(b"end"))
    assert refused.refused == "too large"


def test_too_many_parts_refuse_the_message(peer: ZmtpPeer) -> None:
    [refused] = peer.feed(frame(b"x", 1) * MAX_PARTS + frame(b"x"))
    assert refused.refused == "too many parts"


def test_ping_is_answered_with_its_context(peer: ZmtpPeer) -> None:
    assert peer.feed(b"\x04\x0b\x04PING\x00\x0actx!") == []
    assert peer.take_output() == b"\x04\x09\x04PONGctx!"


def test_subscriptions_of_3_1_read_as_those_of_3_0() -> None:
    made = ZmtpPeer("PUB")
    made.feed(LIBZMQ + READY.replace(b"PUSH", b"XSUB"))
    got = made.feed(b"\x04\x0d\x09SUBSCRIBEabc" + b"\x04\x0a\x06CANCELabc" + frame(b"\1def"))
    assert [m.parts for m in got] == [[b"\1abc"], [b"\0abc"], [b"\1def"]]


def test_messages_are_framed_as_the_specification_says() -> None:
    assert encode_message([b"", b"hi"]) == b"\x01\x00" + b"\x00\x02hi"
    assert encode_message([b"x" * 256])[:9] == b"\x02" + (256).to_bytes(8, "big")
