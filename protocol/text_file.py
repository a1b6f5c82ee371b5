"""utf8_of: the bytes of a text file that any editor saved -> the same text as plain UTF-8.

table = msgspec.json.decode(utf8_of(data))

Editors on Windows put a byte-order mark before UTF-8, or save UTF-16. JSON allows neither; its lines may end in CR LF.
"""

from __future__ import annotations

import codecs
from typing import Final

#: UTF-32 before UTF-16, whose little-endian mark is the beginning of UTF-32's.
MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


def utf8_of(data: bytes) -> bytes:
    """The text without its byte-order mark, in UTF-8; bytes without a mark stay as they are.

    Raises:
        UnicodeDecodeError: the bytes after the mark are not what it says; a ValueError.
    """
    encoding = next((encoding for mark, encoding in MARKS if data.startswith(mark)), None)
    return data if encoding is None else data.decode(encoding).encode("utf-8")
