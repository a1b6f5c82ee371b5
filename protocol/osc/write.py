"""Messages -> OSC 1.0 datagrams: the other direction of `protocol.osc.parse`, pure functions.

    datagrams = osc_bundles([osc_message("/VMC/Ext/Blend/Val", "jawOpen", 0.5), ...])

Source: opensoundcontrol.org, OSC 1.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct, pack
from typing import Final

#: What fits an Ethernet frame beside the headers of IPv4 and UDP: 1500 - 20 - 8.
MAX_BUNDLE_BYTES: Final = 1472

#: "The OSC Time Tag value consisting of 63 zero bits followed by a one ... means 'immediately'."
_BUNDLE: Final = b"#bundle\0" + b"\0\0\0\0\0\0\0\1"
_INT32: Final = Struct(">i")


def osc_message(address: str, *arguments: str | int | float) -> bytes:
    """One message; strings go as s, ints as i (32 bits), floats as f."""
    tags = "".join("s" if isinstance(a, str) else "i" if isinstance(a, int) else "f" for a in arguments)
    parts = [_string(address), _string("," + tags)]
    parts += [
        _string(a) if isinstance(a, str) else pack(">i" if isinstance(a, int) else ">f", a) for a in arguments
    ]
    return b"".join(parts)


def osc_bundles(messages: Iterable[bytes], *, most: int = MAX_BUNDLE_BYTES) -> list[bytes]:
    """All messages, in order, in as few bundles of at most `most` bytes as hold them."""
    bundles: list[bytes] = []
    parts, size = [_BUNDLE], len(_BUNDLE)
    for message in messages:
        if len(parts) > 1 and size + 4 + len(message) > most:
            bundles.append(b"".join(parts))
            parts, size = [_BUNDLE], len(_BUNDLE)
        parts += (_INT32.pack(len(message)), message)
        size += 4 + len(message)
    if len(parts) > 1:
        bundles.append(b"".join(parts))
    return bundles


@lru_cache(maxsize=512)  # a sender repeats its addresses and names
def _string(text: str) -> bytes:
    """ "A sequence of non-null ASCII characters followed by a null, followed by 0-3 additional null
    characters to make the total number of bits a multiple of 32." UTF-8, as VMC has it."""
    data = text.replace("\0", "").encode()
    return data + b"\0" * (4 - len(data) % 4)
