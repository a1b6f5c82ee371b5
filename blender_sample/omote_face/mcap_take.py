"""A take of Omote (MCAP) -> its control messages in the order of arrival.

    for message in read_take("take.mcap"): ...

Only what takes have is read: channels with the encoding msgpack, chunks that are packed with zstd or not at all. A take
whose writer was killed is read up to its last whole chunk.

Source: mcap.dev, "MCAP format specification"; docs/protocol.md, "Takes".
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from .channels import PLACES
from .errors import ClipError, WireError
from .msgpack import decode

_MAGIC: Final = b"\x89MCAP0\r\n"
_MESSAGE: Final = 0x05
_CHANNEL: Final = 0x04
_CHUNK: Final = 0x06
_METADATA: Final = 0x0C
#: Larger chunks are skipped; those of takes have about 100 KB.
MAX_CHUNK_BYTES: Final = 8 << 20
TAKE_VERSION: Final = "1"
#: A longer pause means that the clock of the recording computer was set; it counts as none.
MAX_PAUSE_NS: Final = 24 * 3600 * 1_000_000_000


@dataclass(frozen=True)
class Recorded:
    """One control message; fields as in docs/protocol.md.

    Attributes:
        time_s: seconds since the take's first message; jumps of the clock count as no time.
    """

    time_s: float
    layer: str
    source: str
    values: dict[str, float]
    mode: str
    weight: float
    priority: int
    ttl_s: float


def read_take(path: str) -> Iterator[Recorded]:
    """Yield every valid message.

    Raises:
        ClipError: it is no take, a newer one, or packed with what this Blender cannot unpack.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115 - it stays open between the messages
    except OSError as error:
        raise ClipError(f"{path} cannot be read ({error.strerror})") from error
    with file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ClipError(f"{path} is no take: expected an MCAP file that Omote recorded")
        is_take = False
        before_ns: int | None = None
        place_ns = 0
        channels: dict[int, bool] = {}
        for opcode, body in _records(file):
            if opcode == _METADATA:
                is_take = _is_take(body, path) or is_take
            for inner, content in _opened(body) if opcode == _CHUNK else ((opcode, body),):
                if inner == _CHANNEL:
                    _note_channel(content, channels)
                elif inner == _MESSAGE and is_take and len(content) >= 22:
                    number, _, time_ns, _ = struct.unpack_from("<HIQQ", content)
                    if not channels.get(number, False):
                        continue
                    recorded = _message(content[22:])
                    if recorded is None:
                        continue
                    if before_ns is not None and 0 <= time_ns - before_ns <= MAX_PAUSE_NS:
                        place_ns += time_ns - before_ns
                    before_ns = time_ns
                    yield Recorded(place_ns / 1e9, *recorded)
        if not is_take:
            raise ClipError(f"{path} is no take: expected an MCAP file that Omote recorded")


def _records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The file's records up to its end or to the first damage; too large ones are skipped."""
    while len(head := file.read(9)) == 9:
        opcode, size = struct.unpack("<BQ", head)
        if size > MAX_CHUNK_BYTES:
            file.seek(size, 1)
            continue
        body = file.read(size)
        if len(body) < size:
            return
        yield opcode, body


def _opened(chunk: bytes) -> Iterator[tuple[int, bytes]]:
    """The records in a chunk; none where it is damaged."""
    if len(chunk) < 32:
        return
    (size,) = struct.unpack_from("<Q", chunk, 16)
    packing, at = _text(chunk, 28)
    records = chunk[at + 8 :]
    if packing == "zstd":
        records = _unpacked(records, size)
    elif packing:
        return
    at = 0
    while at + 9 <= len(records):
        opcode, size = struct.unpack_from("<BQ", records, at)
        body = records[at + 9 : at + 9 + size]
        if len(body) < size:
            return
        yield opcode, body
        at += 9 + size


def _unpacked(data: bytes, size: int) -> bytes:
    """`size` bytes at most, whatever the packed data say of themselves; b"" where they are damaged or need too much."""
    if size > MAX_CHUNK_BYTES:
        return b""
    try:
        import zstandard
    except ImportError:
        return _unpacked_by_python(data, size)
    packed = zstandard.ZstdDecompressor(max_window_size=MAX_CHUNK_BYTES).stream_reader(data)
    try:
        with packed:
            return bytes(packed.read(size))
    except zstandard.ZstdError:
        return b""


def _unpacked_by_python(data: bytes, size: int) -> bytes:
    """The same by Python 3.14."""
    try:
        from compression import zstd
    except ImportError:
        raise ClipError(
            "this Blender has no zstandard, which takes are packed with; those from blender.org do, for Debian's: "
            "apt-get install python3-zstandard"
        ) from None
    window = {zstd.DecompressionParameter.window_log_max: MAX_CHUNK_BYTES.bit_length() - 1}
    try:
        return bytes(zstd.ZstdDecompressor(options=window).decompress(data, size))
    except zstd.ZstdError:
        return b""


def _note_channel(body: bytes, channels: dict[int, bool]) -> None:
    if len(body) >= 4:
        (number,) = struct.unpack_from("<H", body)
        _, at = _text(body, 4)
        channels[number] = _text(body, at)[0] == "msgpack"


def _is_take(body: bytes, path: str) -> bool:
    name, at = _text(body, 0)
    if name != "omote.take":
        return False
    at += 4
    fields: dict[str, str] = {}
    while at < len(body):
        key, at = _text(body, at)
        fields[key], at = _text(body, at)
    if fields.get("version") != TAKE_VERSION:
        raise ClipError(
            f"{path} has version {fields.get('version')}, expected {TAKE_VERSION}; update the add-on"
        )
    return True


def _text(body: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends; "" where the record is damaged."""
    if at + 4 > len(body):
        return "", len(body)
    (size,) = struct.unpack_from("<I", body, at)
    return body[at + 4 : at + 4 + size].decode("utf-8", "replace"), at + 4 + size


def _message(data: bytes) -> tuple[str, str, dict[str, float], str, float, int, float] | None:
    """The fields of a control message, checked as the runtime does; None for what it would refuse."""
    try:
        fields: Any = decode(data)
        layer, source = fields["layer"], fields["source"]
        mode, weight = fields.get("mode", "set"), float(fields.get("weight", 1.0))
        priority, ttl_s = int(fields.get("priority", 0)), float(fields.get("ttl_s", 1.0))
        given = {str(name): float(value) for name, value in fields["values"].items()}
    except (WireError, KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return None
    known = PLACES.get(layer, {}) if isinstance(layer, str) else {}
    values = {name: value for name, value in given.items() if name in known and math.isfinite(value)}
    is_right = mode in ("set", "add") and 0.0 <= weight <= 1.0 and 0.05 <= ttl_s <= 60.0
    if not values or not is_right or not isinstance(source, str):
        return None
    return layer, source, values, mode, weight, priority, ttl_s
