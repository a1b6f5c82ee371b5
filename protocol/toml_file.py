"""Reads TOML files that people wrote with any editor, and says in one line what a file is that is not TOML.

table = read_toml(Path("omote.toml"))
table = parse_toml(data, "omote.toml")

UTF-8 with or without byte-order mark, and UTF-16 and UTF-32 with one, as editors on Windows write them; lines may
end in CR LF. Size and nesting are limited, so that no file costs more than a moment.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from protocol.errors import FileError
from protocol.regular_file import read_regular
from protocol.text_file import MARKS

MAX_BYTES: Final = 1024 * 1024
#: Tables and arrays inside one another; Omote's own files have 4.
MAX_DEPTH: Final = 16
#: First bytes of files that are easily named by mistake.
_MAGIC: Final = (
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
    (b"RIFF", "a WebP picture, sound or video"), (b"PK\x03\x04", "a ZIP archive (npz and docx are ZIP archives too)"),
    (b"\x1f\x8b", "a gzip archive"), (b"\x89MCAP", "a take (MCAP)"), (b"glTF", "a glTF or VRM model"),
    (b"%PDF", "a PDF document"), (b"{\\rtf", "an RTF document; save it as plain text"), (b"\x7fELF", "a program"),
    (b"MZ", "a program"), (b"SQLite format", "a database"), (b"{", "JSON"), (b"<", "HTML or XML"),
)  # fmt: skip
#: More parts in one dotted key than anyone writes; tomllib needs time quadratic in their number.
_LONG_KEY: Final = re.compile(r"""(?<![\w\-"'])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")


def read_toml(path: Path, *, max_bytes: int = MAX_BYTES, follow_links: bool = True) -> dict[str, Any]:
    """Read a TOML file.

    Args:
        path: the file.
        max_bytes: a larger file is refused.
        follow_links: as in `protocol.regular_file.open_regular`.

    Raises:
        FileError: it cannot be read, or is not TOML; the message names the file and says what it is.
    """
    return parse_toml(read_regular(path, max_bytes=max_bytes, follow_links=follow_links), str(path))


def parse_toml(data: bytes, origin: str) -> dict[str, Any]:
    """Parse a file's bytes as TOML.

    Args:
        data: the whole file.
        origin: its name, for messages.

    Raises:
        FileError: it is not TOML text, or is nested deeper than MAX_DEPTH.
    """
    text = _text(data, origin).replace("\r\n", "\n").replace("\r", "\n")
    if _LONG_KEY.search(text):
        raise FileError(
            f"{origin} is nested too deeply: expected at most {MAX_DEPTH} tables inside one another"
        )
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise FileError(
            f"{origin} is nested too deeply: expected at most {MAX_DEPTH} tables or arrays inside one another"
        ) from error
    except ValueError as error:  # TOMLDecodeError is one; so is a number of thousands of digits
        kind = _kind(data)
        if kind:
            raise FileError(f"{origin} is {kind}, expected TOML text such as: key = 1") from error
        raise FileError(f"{origin} is not TOML: {_one_line(error)}") from error
    if _is_deep(table):
        raise FileError(
            f"{origin} is nested too deeply: expected at most {MAX_DEPTH} tables or arrays inside one another"
        )
    return table


def _text(data: bytes, origin: str) -> str:
    mark, encoding = next((pair for pair in MARKS if data.startswith(pair[0])), (b"", "utf-8"))
    if not encoding.startswith(("utf-16", "utf-32")) and b"\0" in data:
        raise FileError(
            f"{origin} is {_kind(data) or _binary_kind(data)}, expected TOML text; save it as UTF-8"
        )
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        kind = _kind(data)
        if kind and not mark:
            raise FileError(f"{origin} is {kind}, expected TOML text in UTF-8") from error
        line = data[: error.start].count(b"\n") + 1
        raise FileError(
            f"{origin} is not {encoding.removesuffix('-sig').upper()} text (byte 0x{data[error.start]:02x} in line "
            f"{line}); save it as UTF-8"
        ) from error


def _binary_kind(data: bytes) -> str:
    """Text in two bytes a character has a zero in about every second place."""
    zeros = max(data[::2].count(0), data[1::2].count(0))
    return "UTF-16 text without a byte-order mark" if zeros > len(data) // 4 else "a binary file"


def _kind(data: bytes) -> str:
    """What a file is by its first bytes; "" = unknown."""
    return next((words for magic, words in _MAGIC if data.lstrip(b" \t\r\n").startswith(magic)), "")


def _is_deep(table: dict[str, Any]) -> bool:
    """Whether tables and arrays lie deeper than MAX_DEPTH; without recursion."""
    level: list[Any] = [table]
    for _ in range(MAX_DEPTH + 1):
        inside = [value for one in level for value in (one.values() if isinstance(one, dict) else one)]
        level = [value for value in inside if isinstance(value, (dict, list))]
        if not level:
            return False
    return True


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
