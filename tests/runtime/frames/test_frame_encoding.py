from __future__ import annotations

from io import BytesIO
from struct import unpack_from

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from protocol.errors import FrameHeaderError
from protocol.frames.frame_header import HEADER_BYTES, JPEG_ALPHA, RGBA8, WEBP, pack_header, unpack_header
from runtime.frames.frame import Frame
from runtime.frames.frame_encoding import _jpeg, encode_message, fill_transparent_edges, jpeg_by_pillow


def raw_message(pixels: NDArray[np.uint8]) -> bytes:
    header = bytearray(HEADER_BYTES)
    pack_header(Frame(pixels, frame_id=9, receive_time_ns=5).header(7), header)
    return bytes(header) + pixels.tobytes()


def unpacked(message: bytes) -> NDArray[np.uint8]:
    """(H, W, 4) of a packed message, read by Pillow and by docs/protocol.md."""
    header = unpack_header(message, formats=(WEBP, JPEG_ALPHA))
    payload = message[header.header_bytes :]
    if header.format == WEBP:
        return np.asarray(Image.open(BytesIO(payload)).convert("RGBA"))
    (length,) = unpack_from("<I", payload)
    colours = np.asarray(Image.open(BytesIO(payload[4 : 4 + length])).convert("RGB"))
    mask = payload[4 + length :]
    alpha = (
        np.asarray(Image.open(BytesIO(mask)).convert("RGBA"))[..., 3]
        if mask
        else np.full(colours.shape[:2], 255, np.uint8)
    )
    return np.dstack([colours, alpha])


def portrait(height: int, width: int) -> NDArray[np.uint8]:
    """A smooth picture with a soft outline, black where it is transparent."""
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    alpha = np.clip((0.4 - np.hypot(x - 0.5, y - 0.5)) * 12, 0, 1)
    pixels = np.stack([200 * x + 40, 180 * y + 30, 120 + 0 * x, 255 * alpha], -1).round().astype(np.uint8)
    pixels[pixels[..., 3] == 0] = 0
    return pixels


@pytest.mark.parametrize("encoding", ["webp", "jpeg"])
@pytest.mark.parametrize("shape", [(128, 128), (50, 77), (8, 8), (1, 3)])
def test_pixels_come_back_nearly_and_alpha_exactly(encoding: str, shape: tuple[int, int]) -> None:
    pixels = portrait(*shape)
    message = encode_message(raw_message(pixels), encoding)  # type: ignore[arg-type]
    back = unpacked(message)
    np.testing.assert_array_equal(back[..., 3], pixels[..., 3])
    weight = pixels[..., 3:] / 255
    error = np.abs(back[..., :3].astype(float) - pixels[..., :3]) * weight  # as much as can be seen of it
    assert error.mean() < 3.0
    assert error.max() < 30


@pytest.mark.parametrize(("encoding", "pixel_format"), [("webp", WEBP), ("jpeg", JPEG_ALPHA)])
def test_the_header_has_the_new_format_and_keeps_the_rest(encoding: str, pixel_format: int) -> None:
    message = encode_message(raw_message(portrait(64, 96)), encoding)  # type: ignore[arg-type]
    header = unpack_header(message, formats=(RGBA8, pixel_format))
    assert (header.width, header.height, header.format, header.frame_id) == (96, 64, pixel_format, 9)
    assert (header.receive_time_ns, header.session_id) == (5, 7)
    assert header.payload_bytes == len(message) - HEADER_BYTES < 96 * 64
    with pytest.raises(FrameHeaderError, match="update the reader"):
        unpack_header(message)  # a reader that knows raw pixels only


def test_a_packed_message_that_is_cut_off_is_refused() -> None:
    message = encode_message(raw_message(portrait(64, 64)), "webp")
    with pytest.raises(FrameHeaderError, match="wrong frame size"):
        unpack_header(message[:-1], formats=(WEBP,))


def test_an_opaque_picture_is_a_jpeg_alone() -> None:
    pixels = portrait(64, 64)
    pixels[..., 3] = 255
    message = encode_message(raw_message(pixels), "jpeg")
    (length,) = unpack_from("<I", message, HEADER_BYTES)
    assert len(message) == HEADER_BYTES + 4 + length


def test_rows_with_padding_are_read_without_it() -> None:
    pixels = portrait(16, 24)
    wide = np.zeros((16, 32, 4), np.uint8)
    wide[:, :24] = pixels
    header = bytearray(HEADER_BYTES)
    plain = Frame(pixels).header(7)
    pack_header(
        type(plain)(**{n: getattr(plain, n) for n in plain.__slots__} | {"stride": 128}),
        header,
    )
    back = unpacked(encode_message(bytes(header) + wide.tobytes(), "webp"))
    assert back.shape == (16, 24, 4)


def test_the_ground_beside_an_outline_gets_its_colour_and_the_outline_stays() -> None:
    pixels = portrait(61, 75)
    filled = fill_transparent_edges(pixels)
    seen = pixels[..., 3] > 0
    np.testing.assert_array_equal(filled[seen], pixels[seen][:, :3])
    # the slow way: block by block
    for top in range(0, 61, 8):
        for left in range(0, 75, 8):
            block, made = pixels[top : top + 8, left : left + 8], filled[top : top + 8, left : left + 8]
            is_seen = block[..., 3] > 0
            if is_seen.any() and not is_seen.all():
                mean = block[is_seen][:, :3].mean(0)
                np.testing.assert_allclose(
                    made[~is_seen], np.broadcast_to(mean, made[~is_seen].shape), atol=0.51
                )


def test_the_quick_way_to_a_jpeg_is_as_near_as_the_slow_one() -> None:
    pytest.importorskip("simplejpeg")
    colours = np.ascontiguousarray(portrait(64, 96)[..., :3])
    quick, slow = (
        np.abs(np.asarray(Image.open(BytesIO(jpeg(colours))), float) - colours).mean()
        for jpeg in (_jpeg(), jpeg_by_pillow)
    )
    assert quick < 1.2 * slow < 3.0
