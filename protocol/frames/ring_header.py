"""Layout of the shared-memory ring, a `.ring` file. Nothing here opens a file.

A ring is a header and at least three slots of one size, which the writer fills in turn. Nothing blocks: as in a
seqlock, both ends of a slot hold a number, `2 n` when frame n is complete and `2 n - 1` while it is being written,
so a reader whose copy was overwritten meanwhile notices and copies the newer frame. docs/protocol.md has the rules.

    header = unpack_ring_header(first_bytes, file_bytes)
    offset = header.slot_offset(header.latest)

Little-endian, every number aligned to its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Final

from protocol.errors import RingError
from protocol.frames.frame_header import HEADER_BYTES, MAX_SIDE, RGBA8, USUAL_FLAGS

RING_MAGIC: Final = b"OMOTERNG"
RING_VERSION: Final = 1
RING_HEADER_BYTES: Final = 128
MIN_SLOTS: Final = 3  # one being written, the newest, and one that a reader may still be copying
MAX_SLOTS: Final = 1024

#: Offsets of the fields that change while a ring is in use.
STATE_AT: Final = 56
LATEST_AT: Final = 64
HEARTBEAT_AT: Final = 72

#: Offsets inside a slot. The second lock is its last eight bytes.
PUBLISHED_AT: Final = 8
FRAME_AT: Final = 32
PIXELS_AT: Final = FRAME_AT + HEADER_BYTES
LOCK_BYTES: Final = 8
SLOT_ALIGNMENT: Final = 64

HEARTBEAT_S: Final = 0.5  # longest time between two heartbeats of a running writer
SILENT_S: Final = 2.0  # without a heartbeat for this long, readers treat the writer as gone

#: First bytes of the doorbell on ZeroMQ; session id and number follow.
BELL_TOPIC: Final = b"OMOTEBEL"
_BELL: Final = Struct("<8sQQ")

# magic, version, header bytes, slots, slot bytes, session id, width, height, stride, format, flags, pid,
# state, 4 zero bytes, latest, heartbeat, zeros up to 128
_LAYOUT: Final = Struct("<8sHHIQQIIIIIII4xQq48x")
assert _LAYOUT.size == RING_HEADER_BYTES
assert PIXELS_AT == RING_HEADER_BYTES


class RingState(IntEnum):
    """State of a ring, set by its writer."""

    MAKING = 0
    RUNNING = 1
    REPLACED = 2  # a newer generation exists
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class RingHeader:
    """The fields of a ring's header.

    Attributes:
        slot_count: 3 to 1024. slot_bytes: size of a slot, a multiple of 64.
        session_id: random, different for every file.
        width, height, stride: of every frame; stride in bytes.
        writer_pid: process id of the writer, for diagnosis.
        state: a RingState, or a number from a newer writer.
        latest: number of the newest complete frame, 1, 2, 3, ...; 0 before the first.
        heartbeat_ns: time of the writer's last heartbeat, Unix ns.
        flags, format: as in the frame header.
        header_bytes: offset of the first slot.
    """

    slot_count: int
    slot_bytes: int
    session_id: int
    width: int
    height: int
    stride: int
    writer_pid: int
    state: int
    latest: int
    heartbeat_ns: int
    flags: int
    format: int = RGBA8
    header_bytes: int = RING_HEADER_BYTES

    @property
    def file_bytes(self) -> int:
        """Smallest size of the whole file, in bytes."""
        return self.header_bytes + self.slot_count * self.slot_bytes

    def slot_offset(self, number: int) -> int:
        """Offset of the slot of a frame, in bytes."""
        return self.header_bytes + number % self.slot_count * self.slot_bytes


def slot_bytes_for(stride: int, height: int) -> int:
    """Size in bytes of the smallest slot for frames of this size: header and pixels between two locks."""
    wanted = PIXELS_AT + stride * height + LOCK_BYTES
    return -(-wanted // SLOT_ALIGNMENT) * SLOT_ALIGNMENT


def pack_ring_header(header: RingHeader) -> bytes:
    """Encode the first 128 bytes of a ring file."""
    return _LAYOUT.pack(
        RING_MAGIC, RING_VERSION, RING_HEADER_BYTES, header.slot_count, header.slot_bytes, header.session_id,
        header.width, header.height, header.stride, header.format, header.flags, header.writer_pid,
        header.state, header.latest, header.heartbeat_ns,
    )  # fmt: skip


def unpack_ring_header(data: bytes | bytearray | memoryview, file_bytes: int) -> RingHeader:
    """Decode and check a ring's header; every field is treated as untrusted.

    Args:
        data: the file's first 128 bytes or more.
        file_bytes: the file's size.

    Raises:
        RingError: reason "not a ring", "newer ring format" or "wrong ring size".
    """
    if len(data) < RING_HEADER_BYTES or bytes(data[:8]) != RING_MAGIC:
        raise RingError("not a ring", f"got {file_bytes} bytes that do not start with {RING_MAGIC!r}")
    (
        _, version, header_bytes, slot_count, slot_bytes, session_id, width, height, stride, pixel_format,
        flags, writer_pid, state, latest, heartbeat_ns,
    ) = _LAYOUT.unpack_from(data)  # fmt: skip
    if version != RING_VERSION or pixel_format != RGBA8:
        raise RingError(
            "newer ring format",
            f"got version {version}, pixel format {pixel_format}, expected {RING_VERSION} and {RGBA8}; "
            "update the reader",
        )
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and 4 * width <= stride <= 8 * MAX_SIDE):
        raise RingError("wrong ring size", f"got {width} x {height}, {stride} bytes a row")
    is_aligned = header_bytes % SLOT_ALIGNMENT == 0
    if header_bytes < RING_HEADER_BYTES or not is_aligned or not MIN_SLOTS <= slot_count <= MAX_SLOTS:
        raise RingError("wrong ring size", f"got a header of {header_bytes} bytes and {slot_count} slots")
    if slot_bytes % SLOT_ALIGNMENT or slot_bytes < slot_bytes_for(stride, height):
        raise RingError(
            "wrong ring size", f"got slots of {slot_bytes} bytes for {stride} x {height} bytes of pixels"
        )
    header = RingHeader(
        slot_count=slot_count,
        slot_bytes=slot_bytes,
        session_id=session_id,
        width=width,
        height=height,
        stride=stride,
        writer_pid=writer_pid,
        state=state,
        latest=latest,
        heartbeat_ns=heartbeat_ns,
        flags=flags & USUAL_FLAGS,
        format=pixel_format,
        header_bytes=header_bytes,
    )
    if header.file_bytes > file_bytes:
        raise RingError("wrong ring size", f"got {file_bytes} bytes, expected {header.file_bytes}")
    return header


def pack_bell(session_id: int, number: int) -> bytes:
    """Encode the doorbell message: frame `number` of the ring with this session id is complete."""
    return _BELL.pack(BELL_TOPIC, session_id, number)
