"""Damaged and lying pictures; that whole ones come back is tested beside their readers."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from omote.readers.packed_picture import unpack_picture
from protocol.errors import FrameHeaderError
from protocol.frame_header import JPEG_ALPHA, WEBP, FrameHeader

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
        (WEBP, file("PNG")),  # only the decoder that was named is used
        (JPEG_ALPHA, b""),
        (JPEG_ALPHA, b"\xff\xff\xff\xff"),
        (JPEG_ALPHA, jpeg_and(b"", jpeg=b"")),
        (JPEG_ALPHA, jpeg_and(file("PNG", height=5))),
        (JPEG_ALPHA, jpeg_and(b"not a PNG")),
        (JPEG_ALPHA, jpeg_and(b"", jpeg=file("JPEG", width=800, height=400, mode="RGB"))),
    ],
)
def test_what_is_no_such_picture_is_refused(pixel_format: int, payload: bytes) -> None:
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
