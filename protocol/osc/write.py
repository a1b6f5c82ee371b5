"""Messages -> OSC 1.0 datagrams: the inverse of `protocol.osc.parse`, pure functions.

    datagrams = osc_bundles([osc_message("/VMC/Ext/Blend/Val", "jawOpen", 0.5), ...])

Source: opensoundcontrol.org, OSC 1.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct, pack
from typing import Final

#: Largest bundle that fits an Ethernet frame with the headers of IPv4 and UDP: 1500 - 20 - 8.
MAX_BUNDLE_BYTES: Final = 1472

#: "The OSC Time Tag value consisting of 63 zero bits followed by a one ... means 'immediately'."
_BUNDLE: Final = b"#bundle\0" + b"\0\0\0\0\0\0\0\1"
_INT32: Final = Struct(">i")


def osc_message(address: str, *arguments: str | int | float) -> bytes:
    """Encode one message; strings become type s, ints type i (32 bits), floats type f."""
    tags = "".join("s" if isinstance(a, str) else "i" if isinstance(a, int) else "f" for a in arguments)
    parts = [_string(address), _string("," + tags)]
    parts += [
        _string(a) if isinstance(a, str) else pack(">i" if isinstance(a, int) else ">f", a) for a in arguments
    ]
    return b"".join(parts)


def osc_bundles(messages: Iterable[bytes], *, most: int = MAX_BUNDLE_BYTES) -> list[bytes]:
    """Pack all messages, in order, into as few bundles of at most `most` bytes as possible."""
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


@lru_cache(maxsize=512)  # addresses and names repeat
def _string(text: str) -> bytes:
    """ "A sequence of non-null ASCII characters followed by a null, followed by 0-3 additional null
    characters to make the total number of bits a multiple of 32." UTF-8, as in VMC."""
    data = text.replace("\0", "").encode()
    return data + b"\0" * (4 - len(data) % 4)
