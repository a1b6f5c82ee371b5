"""Damaged pictures and wrong sizes; the readers' tests cover the round trip of valid ones."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from omote.readers.packed_picture import unpack_picture
from protocol.errors import FrameHeaderError
from protocol.frames.frame_header import JPEG_ALPHA, WEBP, FrameHeader, unpack_header

DATA = Path(__file__).parents[2] / "data" / "protocol"
HEADER = FrameHeader(
    width=8, height=4, stride=32, frame_id=1, capture_time_ns=0, receive_time_ns=0, render_time_ns=0,
    session_id=1, format=WEBP, packed_bytes=1,
)  # fmt: skip


def file(kind: str, width: int = 8, height: int = 4, mode: str = "RGBA") -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height), 3).save(out, kind)
    return out.getvalue()


def jpeg_and(mask: bytes, jpeg: bytes | None = None) -> bytes:
    jpeg = file("JPEG", mode="RGB") if jpeg is None else jpeg
    return len(jpeg).to_bytes(4, "little") + jpeg + mask


@pytest.mark.parametrize(
    ("pixel_format", "payload"),
    [
        (WEBP, b""),
        (WEBP, file("WEBP")[:-20]),
        (WEBP, file("WEBP", width=9)),
        (WEBP, file("PNG")),  # only the named decoder is used
        (JPEG_ALPHA, b""),
        (JPEG_ALPHA, b"\xff\xff\xff\xff"),
        (JPEG_ALPHA, jpeg_and(b"", jpeg=b"")),
        (JPEG_ALPHA, jpeg_and(file("PNG", height=5))),
        (JPEG_ALPHA, jpeg_and(b"not a PNG")),
        (JPEG_ALPHA, jpeg_and(b"", jpeg=file("JPEG", width=800, height=400, mode="RGB"))),
    ],
)
def test_anything_but_a_picture_of_that_format_and_size_is_refused(pixel_format: int, payload: bytes) -> None:
    with pytest.raises(FrameHeaderError, match="damaged picture"):
        unpack_picture(payload, replace(HEADER, format=pixel_format))


@given(st.binary(max_size=300), st.sampled_from([WEBP, JPEG_ALPHA]))
def test_random_bytes_raise_nothing_else(payload: bytes, pixel_format: int) -> None:
    with pytest.raises(FrameHeaderError):
        unpack_picture(payload, replace(HEADER, format=pixel_format))


def test_a_jpeg_alone_is_opaque() -> None:
    pixels = unpack_picture(jpeg_and(b""), replace(HEADER, format=JPEG_ALPHA))
    assert pixels.shape == (4, 8, 4)
    assert np.all(pixels[..., 3] == 255)


@pytest.mark.parametrize("name", ["packed_8x8_webp", "packed_8x8_jpeg"])
def test_golden_frames_are_unpacked_as_their_json_says(name: str) -> None:
    message = (DATA / f"{name}.bin").read_bytes()
    said = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    header = unpack_header(message, formats=(WEBP, JPEG_ALPHA))
    fields = ("width", "height", "format", "frame_id", "session_id", "payload_bytes")
    assert {field: getattr(header, field) for field in fields} == {field: said[field] for field in fields}
    pixels = unpack_picture(message[header.header_bytes :], header)
    assert np.all(pixels[..., 3] == said["alpha_of_every_row"])
    for colour in said["colours"]:
        off = np.abs(pixels[colour["y"], colour["x"], :3].astype(int) - colour["rgb"])
        assert off.max() <= said["colours_within"]
