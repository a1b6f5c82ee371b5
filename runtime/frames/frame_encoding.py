"""Pictures made small for roads that are not this machine's memory: WebP with alpha, or JPEG and alpha apart.

WebP is the smaller one where there is alpha, JPEG the quicker one: with simplejpeg (the extra `omote[codecs]`) about
twice as quick again, without it Pillow does the work.

    message = encode_message(raw_message, "jpeg")      # header and pixels in, header and file out
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from struct import Struct
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.frames.frame_header import (
    HEADER_BYTES,
    JPEG_ALPHA,
    WEBP,
    FrameHeader,
    pack_header,
    unpack_header,
)

Encoding = Literal["webp", "jpeg"]
ENCODINGS: Final[tuple[Encoding, ...]] = ("webp", "jpeg")

QUALITY: Final = 88
BLOCK: Final = 8  # of a JPEG: what stands in one is no other's business
_LENGTH: Final = Struct("<I")
#: The alpha plane as a palette of blacks: browsers draw such a PNG as a mask.
_PALETTE: Final = bytes(768)
_LEVELS: Final = bytes(range(256))


def encode_message(message: bytes | bytearray, encoding: Encoding) -> bytes:
    """A raw frame message as an encoded one with the same header but for format and size."""
    header = unpack_header(message)
    pixels = np.frombuffer(message, np.uint8, offset=header.header_bytes)
    shown = pixels.reshape(header.height, header.stride // 4, 4)[:, : header.width]
    return encode_pixels(shown, header, encoding)


def encode_pixels(pixels: NDArray[np.uint8], header: FrameHeader, encoding: Encoding) -> bytes:
    """A picture, (H, W, 4) straight RGBA, as an encoded message; `header` is the raw one's."""
    packed = _webp(pixels) if encoding == "webp" else _jpeg_and_alpha(pixels)
    pixel_format = WEBP if encoding == "webp" else JPEG_ALPHA
    out = bytearray(HEADER_BYTES)
    pack_header(replace(header, format=pixel_format, packed_bytes=len(packed)), out)
    return bytes(out) + packed


def _webp(pixels: NDArray[np.uint8]) -> bytes:
    """(H, W, 4) straight RGBA -> a WebP file; colours are lossy, alpha is exact."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=QUALITY, method=0, alpha_quality=100)
    return file.getvalue()


def _jpeg_and_alpha(pixels: NDArray[np.uint8]) -> bytes:
    """(H, W, 4) straight RGBA -> length, JPEG, PNG; the PNG is left out where everything is opaque."""
    alpha = pixels[..., 3]
    is_opaque = bool(alpha.min() == 255)
    colours = np.ascontiguousarray(pixels[..., :3]) if is_opaque else fill_transparent_edges(pixels)
    jpeg, mask = _jpeg()(colours), BytesIO()
    if not is_opaque:
        plane = Image.frombytes("P", (alpha.shape[1], alpha.shape[0]), alpha.tobytes())
        plane.putpalette(_PALETTE)
        plane.save(mask, "PNG", compress_level=1, transparency=_LEVELS)
    return _LENGTH.pack(len(jpeg)) + jpeg + mask.getvalue()


@cache
def _jpeg() -> Callable[[NDArray[np.uint8]], bytes]:
    """The quickest way here from (H, W, 3) to a JPEG file."""
    try:
        import simplejpeg
    except ImportError:
        return jpeg_by_pillow

    def jpeg_by_simplejpeg(colours: NDArray[np.uint8]) -> bytes:
        file: bytes = simplejpeg.encode_jpeg(
            colours, quality=QUALITY, colorspace="RGB", colorsubsampling="444", fastdct=False
        )
        return file

    return jpeg_by_simplejpeg


def jpeg_by_pillow(colours: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) -> a JPEG file; the slow reference."""
    file = BytesIO()
    Image.fromarray(colours).save(file, "JPEG", quality=QUALITY, subsampling="4:4:4")
    return file.getvalue()


def fill_transparent_edges(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The colours, with the mean of its block under every transparent pixel beside others.

    What is transparent is black, and a JPEG would let that ring into the outline that is seen.

    Args:
        pixels: (H, W, 4) uint8, straight alpha.

    Returns:
        (H, W, 3) uint8; where alpha is above 0 nothing is changed.
    """
    height, width = pixels.shape[:2]
    short = (-height % BLOCK, -width % BLOCK)
    padded = np.pad(pixels, ((0, short[0]), (0, short[1]), (0, 0))) if any(short) else pixels
    # (block rows, BLOCK, block columns, BLOCK, 4)
    blocks = padded.reshape(padded.shape[0] // BLOCK, BLOCK, padded.shape[1] // BLOCK, BLOCK, 4)
    colours = np.array(Image.fromarray(padded).convert("RGB"))  # six times as fast as a slice
    seen = np.count_nonzero(blocks[..., 3], axis=(1, 3))
    row, column = np.nonzero((seen > 0) & (seen < BLOCK * BLOCK))
    if len(row):
        mixed = blocks[row, :, column].astype(np.float32)  # (N, BLOCK, BLOCK, 4)
        is_seen = mixed[..., 3:] > 0
        mean = (mixed[..., :3] * is_seen).sum((1, 2)) / seen[row, column, None]
        filled = np.where(is_seen, mixed[..., :3], mean.round()[:, None, None])
        colours.reshape(*blocks.shape[:4], 3)[row, :, column] = filled.astype(np.uint8)
    return np.ascontiguousarray(colours[:height, :width])
