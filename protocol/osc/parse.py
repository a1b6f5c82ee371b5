"""OSC 1.0 datagrams -> messages: a small, fast parser of pure functions, with no sockets.

    for address, arguments in parse_osc(datagram): ...

Bundles are flattened in order; their time tags are ignored, because only the newest value of a face
matters. For any bytes, `OscError` is the only exception raised.

Source: opensoundcontrol.org, OSC 1.0 specification; its optional types from OSC 1.1.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import Final, NamedTuple

from protocol.errors import OscError

OscArgument = float | int | str | bool | bytes | None
OscMessage = tuple[str, tuple[OscArgument, ...]]

#: "the largest datagram UDP carries over IPv4"
MAX_DATAGRAM_BYTES: Final = 65_507
MAX_BUNDLE_DEPTH: Final = 8
MAX_MESSAGES: Final = 2048  # 5456 empty messages fit in a datagram; a face needs about 70

_BUNDLE: Final = b"#bundle\0"
_INT32: Final = Struct(">i")
_FLOAT: Final = Struct(">f")
_TAIL: Final = {"i": Struct(">i"), "f": Struct(">f"), "d": Struct(">d"), "h": Struct(">q")}
_NO_BYTES: Final[dict[str, OscArgument]] = {"T": True, "F": False, "N": None, "I": True}
_BRACKETS: Final = "[]"  # array markers; arrays are flattened

#: A message up to its last number, a float -> its address and its other arguments. Senders of faces repeat these
#: bytes in every frame. Hostile input can only empty the table.
_KNOWN: Final[dict[bytes, OscMessage]] = {}
_MAX_KNOWN: Final = 2048
_MAX_KNOWN_BYTES: Final = 256  # of one entry


class _Head(NamedTuple):
    """A message's address and type tags.

    Attributes:
        strings: number of leading strings, 0 or 1. numbers: reads all arguments after them; None = not only numbers.
        is_repeated: whether all arguments but the last one, a float, are names or indices, which senders repeat.
    """

    address: str
    tags: str
    strings: int = 0
    numbers: Struct | None = None
    is_repeated: bool = False


def parse_osc(datagram: bytes) -> list[OscMessage]:
    """Parse every message of a datagram, in order.

    Bytes that are not UTF-8 become U+FFFD, so that one badly encoded name does not lose the bundle.

    Raises:
        OscError: reason "not OSC"; the detail says what is wrong.
    """
    if len(datagram) > MAX_DATAGRAM_BYTES:
        raise _not_osc(f"{len(datagram)} bytes, expected at most {MAX_DATAGRAM_BYTES}")
    found: list[OscMessage] = []
    _parse_element(datagram, 0, len(datagram), 0, found)
    return found


def _parse_element(data: bytes, start: int, end: int, depth: int, found: list[OscMessage]) -> None:
    """`data[start:end]` is one message or one bundle; its messages are appended to `found`."""
    if not data.startswith(_BUNDLE, start):
        if len(found) >= MAX_MESSAGES:
            raise _not_osc(f"more than {MAX_MESSAGES} messages in one datagram")
        known = _KNOWN.get(data[start : end - 4])
        if known is not None:
            found.append((known[0], known[1] + _FLOAT.unpack_from(data, end - 4)))
        else:
            found.append(_parse_message(data, start, end))
        return
    if depth >= MAX_BUNDLE_DEPTH:
        raise _not_osc(f"bundles nested deeper than {MAX_BUNDLE_DEPTH}")
    # "#bundle", an 8-byte time tag, then elements: "its size, an int32, and its contents"
    place = start + 16
    if place > end:
        raise _not_osc("a bundle without a time tag")
    while place < end:
        if place + 4 > end:
            raise _not_osc("a bundle that ends inside an element's size")
        (size,) = _INT32.unpack_from(data, place)
        place += 4
        if size < 4 or size % 4 or place + size > end:
            raise _not_osc(f"a bundle element of {size} bytes where {end - place} are left")
        _parse_element(data, place, place + size, depth + 1, found)
        place += size


def _parse_message(data: bytes, start: int, end: int) -> OscMessage:
    """Parse one message; the slow reference of `_KNOWN`."""
    comma = data.find(b",", start, end)
    stop = data.find(b"\0", comma, end)
    if comma < 0 or stop < 0:
        return _parse_bare(data, start, end)
    place = comma + (stop - comma) // 4 * 4 + 4
    if place > end:
        raise _not_osc("a string without its end")
    head = _read_head(data[start:place])
    numbers = head.numbers
    if numbers is None:
        return head.address, _parse_arguments(head.tags, data, place, end)
    # Common case: at most one string and then numbers, read in one call.
    text: tuple[str, ...] = ()
    if head.strings:
        name, place = _parse_string(data, place, end)
        text = (name,)
    if place + numbers.size > end:
        raise _not_osc(f"a message that ends inside its arguments {head.tags!r}")
    arguments = text + numbers.unpack_from(data, place)
    if head.is_repeated and place + numbers.size == end and end - start <= _MAX_KNOWN_BYTES:
        if len(_KNOWN) >= _MAX_KNOWN:
            _KNOWN.clear()
        _KNOWN[data[start : end - 4]] = head.address, arguments[:-1]
    return head.address, arguments


@lru_cache(maxsize=512)  # senders repeat their addresses; hostile input can only evict entries
def _read_head(head: bytes) -> _Head:
    address, place = _parse_address(head, 0, len(head))
    tags, place = _parse_string(head, place, len(head))
    # "An OSC Type Tag String is an OSC-string beginning with the character ','"
    if place != len(head) or not tags.startswith(","):
        raise _not_osc("type tags that do not start with ','")
    strings = int(tags.startswith(",s"))
    after = tags[1 + strings :]
    if set(after) <= _TAIL.keys():
        is_repeated = after in ("f", "if")
        return _Head(address, tags, strings, Struct(">" + after.replace("h", "q")), is_repeated)
    return _Head(address, tags)


def _parse_bare(data: bytes, start: int, end: int) -> OscMessage:
    """ "Older implementations of OSC may omit the OSC Type Tag string": then no argument can be read."""
    address, place = _parse_address(data, start, end)
    if place != end:
        raise _not_osc("type tags that do not start with ','")
    return address, ()


def _parse_address(data: bytes, start: int, end: int) -> tuple[str, int]:
    # "An OSC Address Pattern is an OSC-string beginning with the character '/'"
    if data[start : start + 1] != b"/":
        raise _not_osc("a message that does not start with '/' or '#bundle'")
    return _parse_string(data, start, end)


def _parse_arguments(tags: str, data: bytes, place: int, end: int) -> tuple[OscArgument, ...]:
    """Read arguments of any type one by one; the slow reference of the common case."""
    arguments: list[OscArgument] = []
    for tag in tags[1:]:
        if tag == "s":
            text, place = _parse_string(data, place, end)
            arguments.append(text)
        elif tag in _TAIL:
            number = _TAIL[tag]
            after = place + number.size
            if after > end:
                raise _not_osc(f"a message that ends inside an argument of type {tag!r}")
            arguments.append(number.unpack_from(data, place)[0])
            place = after
        elif tag in _NO_BYTES:
            arguments.append(_NO_BYTES[tag])
        elif tag not in _BRACKETS:
            rare, place = _parse_rare(tag, data, place, end)
            arguments.append(rare)
    return tuple(arguments)


def _parse_string(data: bytes, start: int, end: int) -> tuple[str, int]:
    """ "A sequence of non-null ASCII characters followed by a null, followed by 0-3 additional null
    characters to make the total number of bits a multiple of 32." Returns the text and the offset after it."""
    stop = data.find(b"\0", start, end)
    after = start + (stop - start) // 4 * 4 + 4
    if stop < 0 or after > end:
        raise _not_osc("a string without its end")
    try:
        return data[start:stop].decode(), after
    except UnicodeDecodeError:
        return data[start:stop].decode("utf-8", "replace"), after


def _parse_rare(tag: str, data: bytes, start: int, end: int) -> tuple[OscArgument, int]:
    """Read the types that face trackers do not send, so that the arguments after them can be read."""
    if tag == "S":
        return _parse_string(data, start, end)
    sizes = {"b": 4, "c": 4, "r": 4, "m": 4, "t": 8}
    if tag not in sizes:
        raise _not_osc(f"an argument of unknown type {tag!r}")
    after = start + sizes[tag]
    if after > end:
        raise _not_osc(f"a message that ends inside an argument of type {tag!r}")
    if tag != "b":
        return data[start:after], after
    # "An int32 size count, followed by that many 8-bit bytes of arbitrary binary data, followed by
    # 0-3 additional zero bytes"
    (size,) = _INT32.unpack_from(data, start)
    padded = after + (size + 3) // 4 * 4
    if size < 0 or padded > end:
        raise _not_osc(f"a blob of {size} bytes where {end - after} are left")
    return data[after : after + size], padded


def _not_osc(detail: str) -> OscError:
    return OscError("not OSC", detail)
