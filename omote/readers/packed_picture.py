"""Unpacks JPEG and WebP frames; docs/protocol.md, "Frames", has the two formats.

Pillow decodes with only the decoder that the frame's format names, and only a picture of the size that the header
says: input from the network cannot choose a decoder or make a picture of unexpected size.
"""

from __future__ import annotations

from io import BytesIO
from struct import Struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from protocol.errors import FrameHeaderError
from protocol.frames.frame_header import JPEG_ALPHA, RGBA8, WEBP, FrameHeader

FORMATS: Final = (RGBA8, WEBP, JPEG_ALPHA)
_LENGTH: Final = Struct("<I")


def unpack_picture(payload: bytes | memoryview, header: FrameHeader) -> NDArray[np.uint8]:
    """Decode the bytes that follow a frame header.

    Args:
        payload: header.payload_bytes bytes.
        header: as `unpack_header` returned it.

    Returns:
        (H, W, 4) uint8, RGBA, straight alpha, sRGB, top row first; a view of the payload where it is not compressed.

    Raises:
        FrameHeaderError: reason "damaged picture": not a picture of this format and size.
    """
    size = (header.width, header.height)
    if header.format == RGBA8:
        rows = np.frombuffer(payload, np.uint8).reshape(header.height, header.stride)
        return rows[:, : 4 * header.width].reshape(header.height, header.width, 4)
    if header.format == WEBP:
        return _decode(payload, "WEBP", "RGBA", size)
    if len(payload) < _LENGTH.size:
        raise FrameHeaderError("damaged picture", f"got {len(payload)} bytes")
    (length,) = _LENGTH.unpack_from(payload)
    jpeg, mask = payload[_LENGTH.size : _LENGTH.size + length], payload[_LENGTH.size + length :]
    pixels = np.full((header.height, header.width, 4), 255, np.uint8)
    pixels[..., :3] = _decode(jpeg, "JPEG", "RGB", size)
    if len(mask) > 0:
        pixels[..., 3] = _decode(mask, "PNG", "RGBA", size)[..., 3]
    return pixels


def _decode(data: bytes | memoryview, kind: str, mode: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    try:
        with Image.open(BytesIO(data), formats=(kind,)) as picture:
            if picture.size != size:
                raise FrameHeaderError("damaged picture", f"got {picture.size}, expected {size}")
            return np.asarray(picture.convert(mode), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FrameHeaderError("damaged picture", f"the {kind} cannot be read: {error}") from error
