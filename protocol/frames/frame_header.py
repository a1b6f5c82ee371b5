"""The 96-byte header before the pixels of a frame, on ZeroMQ, WebSockets and in shared memory.

    pack_header(header, buffer); buffer[HEADER_BYTES:] = pixels
    header = unpack_header(received)

Little-endian, naturally aligned, the same on every platform; docs/protocol.md has the offsets. A reader
skips `header_bytes`, so that the header can grow at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from struct import Struct
from typing import Final

from protocol.errors import FrameHeaderError

#: First bytes of a frame; also its ZeroMQ topic.
FRAME_TOPIC: Final = b"OMOTEFRM"
#: First bytes of a published Status; MessagePack follows.
STATUS_TOPIC: Final = b"OMOTESTA"
#: First bytes of a published MotionMessage; MessagePack follows.
MOTION_TOPIC: Final = b"OMOTEMOT"
#: First bytes of a published thumbnail; a whole frame message follows, a small WebP picture.
THUMBNAIL_TOPIC: Final = b"OMOTETHU"

HEADER_VERSION: Final = 1
HEADER_BYTES: Final = 96
MAX_SIDE: Final = 16_384
RGBA8: Final = 1  # four bytes per pixel, red first
WEBP: Final = 2  # one WebP file, with alpha
JPEG_ALPHA: Final = (
    3  # u32 length, a JPEG of that length, then a PNG with the alpha channel; no PNG when opaque
)

# magic, version, header bytes, width, height, stride, format, flags, frame id, three times, payload
# bytes, session id, 16 reserved zero bytes
_LAYOUT: Final = Struct("<8sHHIIIIIQqqqQQ16x")
assert _LAYOUT.size == HEADER_BYTES


class FrameFlags(IntFlag):
    """Properties of the pixels. Readers ignore unknown bits."""

    STRAIGHT_ALPHA = 1  # else premultiplied
    SRGB = 2  # else linear
    TOP_ROW_FIRST = 4  # else bottom row first
    SYNTHETIC = 8  # the picture is not a photograph


USUAL_FLAGS: Final = FrameFlags(15)  # all four, as Omote publishes


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """The fields of a frame's header.

    Attributes:
        width, height: pixels, 1 to 16384.
        stride: bytes from one row to the next, at least 4 x width.
        frame_id: rises by one per frame of a session.
        capture_time_ns, receive_time_ns, render_time_ns: as in `runtime.frame.Frame`, Unix ns, 0 = unknown.
        session_id: random per start of the publisher; when it changes, frame_id has started again.
        flags: properties of the pixels.
        format: RGBA8, WEBP or JPEG_ALPHA.
        packed_bytes: size of the packed pixels; 0 for RGBA8.
        header_bytes: where the pixels begin; larger than HEADER_BYTES from a newer publisher.
    """

    width: int
    height: int
    stride: int
    frame_id: int
    capture_time_ns: int
    receive_time_ns: int
    render_time_ns: int
    session_id: int
    flags: FrameFlags = USUAL_FLAGS
    format: int = RGBA8
    header_bytes: int = HEADER_BYTES
    packed_bytes: int = 0

    @property
    def payload_bytes(self) -> int:
        """Size of the pixels after the header, in bytes."""
        return self.packed_bytes or self.stride * self.height


def pack_header(header: FrameHeader, buffer: bytearray | memoryview) -> None:
    """Write the header into the first 96 bytes of `buffer`."""
    _LAYOUT.pack_into(
        buffer, 0,
        FRAME_TOPIC, HEADER_VERSION, HEADER_BYTES,
        header.width, header.height, header.stride, header.format, header.flags,
        header.frame_id, header.capture_time_ns, header.receive_time_ns, header.render_time_ns,
        header.payload_bytes, header.session_id,
    )  # fmt: skip


def unpack_header(
    message: bytes | bytearray | memoryview,
    *,
    formats: tuple[int, ...] = (RGBA8,),
    message_bytes: int | None = None,
) -> FrameHeader:
    """Read and check the header of a whole message, header and pixels.

    Args:
        message: the message, or its beginning.
        formats: the pixel formats that the reader can unpack.
        message_bytes: the whole message's size, where only its beginning is given.

    Raises:
        FrameHeaderError: reason "not a frame", "newer frame format", or "wrong frame size".
    """
    size = len(message) if message_bytes is None else message_bytes
    if len(message) < HEADER_BYTES or bytes(message[:8]) != FRAME_TOPIC:
        raise FrameHeaderError("not a frame", f"got {size} bytes that do not start with {FRAME_TOPIC!r}")
    (
        _, version, header_bytes, width, height, stride, pixel_format, flags,
        frame_id, capture_time_ns, receive_time_ns, render_time_ns, payload_bytes, session_id,
    ) = _LAYOUT.unpack_from(message)  # fmt: skip
    if version != HEADER_VERSION or pixel_format not in formats or header_bytes < HEADER_BYTES:
        raise FrameHeaderError(
            "newer frame format",
            f"got version {version}, pixel format {pixel_format}, expected {HEADER_VERSION} and "
            f"{' or '.join(map(str, formats))}; "
            "update the reader",
        )
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and 4 * width <= stride <= 8 * MAX_SIDE):
        raise FrameHeaderError("wrong frame size", f"got {width} x {height}, {stride} bytes a row")
    is_packed = pixel_format != RGBA8
    if (payload_bytes != stride * height and not is_packed) or header_bytes + payload_bytes != size:
        raise FrameHeaderError(
            "wrong frame size",
            f"got {size} bytes, expected {header_bytes} and {stride} x {height} of pixels",
        )
    return FrameHeader(
        width=width,
        height=height,
        stride=stride,
        frame_id=frame_id,
        capture_time_ns=capture_time_ns,
        receive_time_ns=receive_time_ns,
        render_time_ns=render_time_ns,
        session_id=session_id,
        flags=FrameFlags(flags & USUAL_FLAGS),
        format=pixel_format,
        header_bytes=header_bytes,
        packed_bytes=payload_bytes if is_packed else 0,
    )
