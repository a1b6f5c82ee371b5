from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import FrameHeaderError
from protocol.frames.frame_header import (
    HEADER_BYTES,
    USUAL_FLAGS,
    FrameFlags,
    FrameHeader,
    pack_header,
    unpack_header,
)


def frame(width: int = 3, height: int = 2, stride: int = 12, frame_id: int = 7) -> bytearray:
    header = FrameHeader(
        width=width,
        height=height,
        stride=stride,
        frame_id=frame_id,
        capture_time_ns=1,
        receive_time_ns=2,
        render_time_ns=3,
        session_id=2**64 - 1,
    )
    message = bytearray(HEADER_BYTES + stride * height)
    pack_header(header, message)
    return message


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 20), st.integers(0, 2**64 - 1))
def test_what_is_packed_is_unpacked(width: int, height: int, padding: int, frame_id: int) -> None:
    header = unpack_header(frame(width, height, 4 * width + padding, frame_id))
    assert (header.width, header.height, header.stride) == (width, height, 4 * width + padding)
    assert (header.frame_id, header.session_id, header.flags) == (frame_id, 2**64 - 1, USUAL_FLAGS)


def test_a_longer_header_of_a_newer_publisher_is_skipped() -> None:
    message = frame()
    message[HEADER_BYTES:HEADER_BYTES] = bytes(32)
    struct.pack_into("<H", message, 10, HEADER_BYTES + 32)
    assert unpack_header(message).header_bytes == HEADER_BYTES + 32


def test_unknown_flags_are_ignored() -> None:
    message = frame()
    struct.pack_into("<I", message, 28, 0x8000_0001)
    assert unpack_header(message).flags == FrameFlags.STRAIGHT_ALPHA


@pytest.mark.parametrize(
    ("offset", "layout", "value", "reason"),
    [
        (0, "<B", 0, "not a frame"),
        (8, "<H", 2, "newer frame format"),
        (24, "<I", 2, "newer frame format"),
        (10, "<H", 95, "newer frame format"),
        (12, "<I", 0, "wrong frame size"),
        (12, "<I", 4, "wrong frame size"),
        (16, "<I", 2**31, "wrong frame size"),
        (20, "<I", 8, "wrong frame size"),
        (64, "<Q", 2**63, "wrong frame size"),
    ],
)
def test_a_damaged_header_is_refused(offset: int, layout: str, value: int, reason: str) -> None:
    message = frame()
    struct.pack_into(layout, message, offset, value)
    with pytest.raises(FrameHeaderError) as caught:
        unpack_header(message)
    assert caught.value.reason == reason


@given(st.integers(0, 119))
def test_a_cut_frame_is_refused(size: int) -> None:
    with pytest.raises(FrameHeaderError):
        unpack_header(frame()[:size])


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_else(data: bytes) -> None:
    for message in (data, bytes(frame()[:12]) + data):
        with suppress(FrameHeaderError):
            unpack_header(message)
