"""The shared-memory ring: what stands where in a `.ring` file. Pure layout; nothing here opens a file.

A ring is a header and at least three slots of one size. The writer goes round the slots, and no lock is ever
waited for: a slot says at both ends which frame it holds or is being given (`2 n` or `2 n - 1`), so a reader
that copied while it was overwritten notices and takes the newer one. docs/protocol.md has the rules.

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
MIN_SLOTS: Final = 3  # one being written, one newest, one that somebody may still be reading
MAX_SLOTS: Final = 1024

#: Offsets of what changes while a ring is used.
STATE_AT: Final = 56
LATEST_AT: Final = 64
HEARTBEAT_AT: Final = 72

#: Offsets inside a slot. The second lock is its last eight bytes.
PUBLISHED_AT: Final = 8
FRAME_AT: Final = 32
PIXELS_AT: Final = FRAME_AT + HEADER_BYTES
LOCK_BYTES: Final = 8
SLOT_ALIGNMENT: Final = 64

HEARTBEAT_S: Final = 0.5  # a running writer is never silent for longer
SILENT_S: Final = 2.0  # after this a reader takes the writer for gone

#: First bytes of the doorbell on ZeroMQ; session id and number follow.
BELL_TOPIC: Final = b"OMOTEBEL"
_BELL: Final = Struct("<8sQQ")

# magic, version, header bytes, slots, slot bytes, session id, width, height, stride, format, flags, pid,
# state, 4 bytes of zero, latest, heartbeat, zero up to 128
_LAYOUT: Final = Struct("<8sHHIQQIIIIIII4xQq48x")
assert _LAYOUT.size == RING_HEADER_BYTES
assert PIXELS_AT == RING_HEADER_BYTES


class RingState(IntEnum):
    """What a ring's writer says of it."""

    MAKING = 0
    RUNNING = 1
    REPLACED = 2  # a newer generation has taken its place
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class RingHeader:
    """A ring's description.

    Attributes:
        slot_count: 3 to 1024. slot_bytes: from slot to slot, a multiple of 64.
        session_id: random, another one for every file.
        width, height, stride: of every frame; stride in bytes.
        writer_pid: the writer's process, for people.
        state: a RingState, or a number that only newer writers know.
        latest: number of the newest complete frame, 1, 2, 3, ...; 0 before the first.
        heartbeat_ns: when the writer last showed that it lives, Unix ns.
        flags, format: as in the frame header.
        header_bytes: where the slots begin.
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
        """Size of the whole file, at least."""
        return self.header_bytes + self.slot_count * self.slot_bytes

    def slot_offset(self, number: int) -> int:
        """Where the slot of a frame begins."""
        return self.header_bytes + number % self.slot_count * self.slot_bytes


def slot_bytes_for(stride: int, height: int) -> int:
    """The smallest slot for such frames: their header and pixels between two locks."""
    wanted = PIXELS_AT + stride * height + LOCK_BYTES
    return -(-wanted // SLOT_ALIGNMENT) * SLOT_ALIGNMENT


def pack_ring_header(header: RingHeader) -> bytes:
    """The file's first 128 bytes."""
    return _LAYOUT.pack(
        RING_MAGIC, RING_VERSION, RING_HEADER_BYTES, header.slot_count, header.slot_bytes, header.session_id,
        header.width, header.height, header.stride, header.format, header.flags, header.writer_pid,
        header.state, header.latest, header.heartbeat_ns,
    )  # fmt: skip


def unpack_ring_header(data: bytes | bytearray | memoryview, file_bytes: int) -> RingHeader:
    """Read and check a ring's header, believing nothing.

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
    """The doorbell's message: this ring has this frame now."""
    return _BELL.pack(BELL_TOPIC, session_id, number)
