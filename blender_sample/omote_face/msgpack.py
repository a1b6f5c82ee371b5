"""MessagePack as far as Omote's messages need it: maps, lists, text, numbers, booleans and nil.

    decode(encode({"type": "control", "values": {"yaw": 0.3}}))

Blender's Python has no package for it, and an add-on of one file is easier to install than one with compiled wheels.

Source: msgpack.org, "MessagePack specification", formats.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

from .errors import WireError

#: Deeper nesting is refused; Omote's messages have four levels.
MAX_DEPTH: Final = 16


def encode(value: object) -> bytes:
    """The bytes of a value.

    Raises:
        WireError: a type that Omote's messages do not have, or a number of more than 64 bits.
    """
    out = bytearray()
    _write(value, out)
    return bytes(out)


def _write(value: object, out: bytearray) -> None:
    if value is None:
        out.append(0xC0)
    elif isinstance(value, bool):
        out.append(0xC3 if value else 0xC2)
    elif isinstance(value, int):
        _write_int(value, out)
    elif isinstance(value, float):
        out += struct.pack(">Bd", 0xCB, value)
    elif isinstance(value, str):
        data = value.encode()
        _write_size(len(data), out, (0xA0, 32), ((0xD9, ">BB"), (0xDA, ">BH"), (0xDB, ">BI")))
        out += data
    elif isinstance(value, (list, tuple)):
        _write_size(len(value), out, (0x90, 16), ((0xDC, ">BH"), (0xDD, ">BI")))
        for item in value:
            _write(item, out)
    elif isinstance(value, dict):
        _write_size(len(value), out, (0x80, 16), ((0xDE, ">BH"), (0xDF, ">BI")))
        for key, item in value.items():
            _write(key, out)
            _write(item, out)
    else:
        raise WireError(f"got a {type(value).__name__}, expected a type that Omote's messages have")


def _write_int(value: int, out: bytearray) -> None:
    if -32 <= value < 128:
        out += struct.pack("b" if value < 0 else "B", value)
    elif 0 <= value < 1 << 64:
        out += struct.pack(">BQ", 0xCF, value)
    elif -(1 << 63) <= value < 0:
        out += struct.pack(">Bq", 0xD3, value)
    else:
        raise WireError(f"got {value}, expected an integer of at most 64 bits")


def _write_size(
    size: int, out: bytearray, fixed: tuple[int, int], longer: tuple[tuple[int, str], ...]
) -> None:
    """The first bytes of text, a list or a map: in one byte where it is short."""
    base, limit = fixed
    if size < limit:
        out.append(base | size)
        return
    for code, form in longer:
        if size < 1 << (8 * (struct.calcsize(form) - 1)):
            out += struct.pack(form, code, size)
            return
    raise WireError(f"got {size} items, expected fewer than 2^32")


def decode(data: bytes) -> Any:
    """The value of all bytes.

    Raises:
        WireError: they are not exactly one MessagePack value.
    """
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (struct.error, IndexError, UnicodeDecodeError, TypeError) as error:
        raise WireError(f"got {len(data)} bytes that are no whole MessagePack value ({error})") from error
    if reader.at != len(data):
        raise WireError(f"got {len(data) - reader.at} bytes behind a MessagePack value")
    return value


#: Type byte -> how its number is unpacked.
_NUMBERS: Final = {
    0xCA: struct.Struct(">f"), 0xCB: struct.Struct(">d"),
    0xCC: struct.Struct(">B"), 0xCD: struct.Struct(">H"), 0xCE: struct.Struct(">I"), 0xCF: struct.Struct(">Q"),
    0xD0: struct.Struct(">b"), 0xD1: struct.Struct(">h"), 0xD2: struct.Struct(">i"), 0xD3: struct.Struct(">q"),
}  # fmt: skip
_CONSTANTS: Final = {0xC0: None, 0xC2: False, 0xC3: True}
#: Type byte -> bytes of the size that follows it.
_SIZES: Final = {
    0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4, 0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4,
}  # fmt: skip


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def value(self, depth: int) -> Any:
        """The value that begins here."""
        if depth > MAX_DEPTH:
            raise WireError(f"got more than {MAX_DEPTH} levels of MessagePack")
        kind = self.data[self.at]
        self.at += 1
        if kind < 0x80:
            return kind
        if kind >= 0xE0:
            return kind - 256
        number = _NUMBERS.get(kind)
        if number is not None:
            (value,) = number.unpack_from(self.data, self.at)
            self.at += number.size
            return value
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind < 0x90:
            return self._map(kind & 0x0F, depth)
        if kind < 0xA0:
            return self._list(kind & 0x0F, depth)
        if kind < 0xC0:
            return self._bytes(kind & 0x1F).decode()
        if kind not in _SIZES:
            raise WireError(f"got the MessagePack type {kind:#x}, which Omote's messages do not have")
        size = int.from_bytes(self._bytes(_SIZES[kind]), "big")
        if kind in (0xC4, 0xC5, 0xC6):
            return self._bytes(size)
        if kind in (0xD9, 0xDA, 0xDB):
            return self._bytes(size).decode()
        read: Callable[[int, int], Any] = self._list if kind in (0xDC, 0xDD) else self._map
        return read(size, depth)

    def _bytes(self, size: int) -> bytes:
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise IndexError("it ends early")
        self.at += size
        return found

    def _list(self, size: int, depth: int) -> list[Any]:
        return [self.value(depth + 1) for _ in range(self._checked(size))]

    def _map(self, size: int, depth: int) -> dict[Any, Any]:
        return {self.value(depth + 1): self.value(depth + 1) for _ in range(self._checked(2 * size) // 2)}

    def _checked(self, size: int) -> int:
        """So many values need at least so many bytes: a wrong size must not fill the memory."""
        if size > len(self.data) - self.at:
            raise IndexError("it ends early")
        return size
