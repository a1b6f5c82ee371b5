"""Compressed frames for networks and pages: WebP with alpha, or JPEG with a separate alpha channel.

WebP is smaller with alpha, JPEG is faster: about twice as fast again with simplejpeg (the extra `omote[codecs]`); without
it Pillow encodes.

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

QUALITY: Final = 88  # of WebP and JPEG, 0..100
BLOCK: Final = 8  # side of a JPEG block in pixels; blocks are compressed independently
_LENGTH: Final = Struct("<I")
#: The alpha channel is a PNG with a black palette and one alpha value per entry: browsers draw it as a mask.
_PALETTE: Final = bytes(768)
_LEVELS: Final = bytes(range(256))


def encode_message(message: bytes | bytearray, encoding: Encoding) -> bytes:
    """Encode a raw frame message.

    Args:
        message: 96 bytes of header and RGBA8 pixels.
        encoding: "webp" or "jpeg".

    Returns:
        The same header with another format and size, and the file.
    """
    header = unpack_header(message)
    pixels = np.frombuffer(message, np.uint8, offset=header.header_bytes)
    shown = pixels.reshape(header.height, header.stride // 4, 4)[:, : header.width]
    return encode_pixels(shown, header, encoding)


def encode_pixels(pixels: NDArray[np.uint8], header: FrameHeader, encoding: Encoding) -> bytes:
    """Encode pixels.

    Args:
        pixels: (H, W, 4) uint8 RGBA, straight alpha, sRGB.
        header: of the raw frame.
        encoding: "webp" or "jpeg".

    Returns:
        The header with another format and size, and the file.
    """
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
    """(H, W, 4) straight RGBA -> length, JPEG, PNG; without the PNG if every pixel is opaque."""
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
    """The fastest encoder that is installed: (H, W, 3) uint8 RGB -> JPEG file."""
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
    """(H, W, 3) uint8 RGB -> JPEG file; the slow reference."""
    file = BytesIO()
    Image.fromarray(colours).save(file, "JPEG", quality=QUALITY, subsampling="4:4:4")
    return file.getvalue()


def fill_transparent_edges(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB with the transparent pixels of partly transparent JPEG blocks set to the mean of the block's visible pixels.

    Transparent pixels are black, and JPEG compression would cause ringing at the visible outline.

    Args:
        pixels: (H, W, 4) uint8, straight alpha.

    Returns:
        (H, W, 3) uint8 RGB; unchanged where alpha is above 0.
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
