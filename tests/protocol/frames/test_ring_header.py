from __future__ import annotations

import json
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import RingError
from protocol.frames.ring_header import (
    RING_HEADER_BYTES,
    pack_bell,
    pack_ring_header,
    slot_bytes_for,
    unpack_ring_header,
)

DATA = Path(__file__).parents[2] / "data" / "protocol"
RINGS = sorted(path.stem for path in DATA.glob("ring_*.bin"))


def load(name: str) -> tuple[bytes, dict[str, object]]:
    return (DATA / f"{name}.bin").read_bytes(), json.loads((DATA / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", RINGS)
def test_golden_rings_are_read_or_refused_as_their_json_says(name: str) -> None:
    data, meaning = load(name)
    if "refused" in meaning:
        with pytest.raises(RingError) as caught:
            unpack_ring_header(data[:RING_HEADER_BYTES], len(data))
        assert caught.value.reason == meaning["refused"]
        return
    header = unpack_ring_header(data[:RING_HEADER_BYTES], len(data))
    assert header.file_bytes == len(data)
    said = {field: meaning[field] for field in header.__slots__ if field in meaning}
    assert {field: getattr(header, field) for field in said} == said
    assert pack_ring_header(header) == data[:RING_HEADER_BYTES]


def test_the_header_lies_at_the_documented_offsets() -> None:
    data, meaning = load("ring_4x2")
    fields = {
        "header_bytes": ("<H", 10), "slot_count": ("<I", 12), "slot_bytes": ("<Q", 16), "session_id": ("<Q", 24),
        "width": ("<I", 32), "height": ("<I", 36), "stride": ("<I", 40), "format": ("<I", 44), "flags": ("<I", 48),
        "writer_pid": ("<I", 52), "state": ("<I", 56), "latest": ("<Q", 64), "heartbeat_ns": ("<q", 72),
    }  # fmt: skip
    read = {name: struct.unpack_from(layout, data, at)[0] for name, (layout, at) in fields.items()}
    assert read == {name: meaning[name] for name in fields}
    assert data[:10] == b"OMOTERNG\1\0"
    assert data[60:64] + data[80:128] == bytes(52)


@given(st.integers(4, 9000), st.integers(1, 5000))
def test_a_slot_is_aligned_and_no_larger_than_it_must_be(stride: int, height: int) -> None:
    size = slot_bytes_for(stride, height)
    assert size % 64 == 0
    assert 0 <= size - (128 + stride * height + 8) < 64


@given(st.binary(max_size=200), st.integers(0, 2**63))
def test_random_bytes_raise_nothing_else(data: bytes, size: int) -> None:
    for text in (data, b"OMOTERNG\1\0" + data):
        with suppress(RingError):
            unpack_ring_header(text, size)


def test_the_doorbell_holds_session_id_and_frame_number() -> None:
    data, meaning = load("bell")
    assert data == b"OMOTEBEL" + struct.pack("<QQ", meaning["session_id"], meaning["number"])
    assert pack_bell(meaning["session_id"], meaning["number"]) == data
