"""The golden vectors, decoded and encoded by other implementations and by ours."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import msgpack
import msgspec
import pytest
from pythonosc.osc_packet import OscPacket

from protocol.codec import decode_message, encode
from protocol.frames.frame_header import pack_header, unpack_header
from protocol.osc.parse import parse_osc

DATA = Path(__file__).parents[1] / "data" / "protocol"
MESSAGES = ("control_pose", "control_full", "command_load_avatar", "command_ping", "reply_refused",
            "reply_status", "status")  # fmt: skip
OSC = ("osc_vmc_jaw_open", "osc_own_addresses")
#: Packed frames are read in tests/omote/readers/test_packed_picture.py.
#: Read in tests/protocol/frames/test_ring_header.py, and as files in tests/omote/readers/.
RINGS = {path.stem for path in DATA.glob("ring_*.bin")}


def load(name: str) -> tuple[bytes, object]:
    return (DATA / f"{name}.bin").read_bytes(), json.loads((DATA / f"{name}.json").read_text("utf-8"))


def test_every_vector_is_checked_here() -> None:
    others = {"frame_3x2", "packed_8x8_webp", "packed_8x8_jpeg", "bell"}
    assert {path.stem for path in DATA.glob("*.bin")} == {*MESSAGES, *OSC, *RINGS, *others}
    assert {path.stem for path in DATA.glob("*.json")} == {path.stem for path in DATA.glob("*.bin")}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_agrees_with_plain_msgpack_both_ways(name: str) -> None:
    data, meaning = load(name)
    assert msgpack.unpackb(data) == meaning
    assert msgpack.packb(meaning) == data


@pytest.mark.parametrize("name", MESSAGES)
def test_message_agrees_with_our_codec_both_ways(name: str) -> None:
    data, meaning = load(name)
    message = decode_message(data)
    assert json.loads(msgspec.json.encode(message)) == meaning
    assert encode(message) == data


@pytest.mark.parametrize("name", OSC)
def test_osc_agrees_with_python_osc(name: str) -> None:
    data, meaning = load(name)
    theirs = [[timed.message.address, list(timed.message.params)] for timed in OscPacket(data).messages]
    assert sorted(theirs) == sorted(meaning)  # type: ignore[type-var]
    assert [[address, list(arguments)] for address, arguments in parse_osc(data)] == meaning


def test_vmc_bundle_is_the_published_one() -> None:
    expected = bytes.fromhex(
        "23 62 75 6e 64 6c 65 00 00 00 00 00 00 00 00 01 00 00 00 24"
        "2f 56 4d 43 2f 45 78 74 2f 42 6c 65 6e 64 2f 56 61 6c 00 00"
        "2c 73 66 00 6a 61 77 4f 70 65 6e 00 3f 00 00 00"
        "00 00 00 1c 2f 56 4d 43 2f 45 78 74 2f 42 6c 65 6e 64 2f 41 70 70 6c 79 00 00 00 00 2c 00 00 00"
    )
    assert load("osc_vmc_jaw_open")[0] == expected


def test_frame_header_lies_at_the_documented_offsets() -> None:
    data, meaning = load("frame_3x2")
    offsets = {
        "header_bytes": ("<H", 10), "width": ("<I", 12), "height": ("<I", 16), "stride": ("<I", 20),
        "format": ("<I", 24), "flags": ("<I", 28), "frame_id": ("<Q", 32), "capture_time_ns": ("<q", 40),
        "receive_time_ns": ("<q", 48), "render_time_ns": ("<q", 56), "payload_bytes": ("<Q", 64),
        "session_id": ("<Q", 72),
    }  # fmt: skip
    assert data[:8] == b"OMOTEFRM"
    assert struct.unpack_from("<H", data, 8) == (1,)
    assert {name: struct.unpack_from(*at[:1], data, at[1])[0] for name, at in offsets.items()} == meaning
    assert data[80:96] == bytes(16)
    assert data[96:] == bytes(range(24))


def test_frame_header_is_read_and_written_alike() -> None:
    data, _ = load("frame_3x2")
    again = bytearray(data[:96])
    pack_header(unpack_header(data), again)
    assert again == data[:96]
