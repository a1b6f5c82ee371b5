"""printable: a text from outside -> one line that a terminal shows and cannot obey.

print(printable(driver_name))
"""

from __future__ import annotations

import re
from typing import Final

# ECMA-48: a control string (DCS, SOS, OSC, PM, APC) up to its terminator ST, or BEL as xterm allows; a control sequence
# (CSI) with its parameters; any other escape sequence. Both the 7-bit form and C1, the 8-bit one.
_ESCAPES: Final = (
    r"(?:\x1b[PX\]^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c|(?=[\x1b\n])|$)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
#: Control characters; marks that reverse the direction of a whole line; separators of lines and paragraphs.
_UNSEEN: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
_HOSTILE: Final = re.compile(f"{_ESCAPES}|[{_UNSEEN}]")
_LINES: Final = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")


def printable(text: str) -> str:
    """One line without escape sequences and control characters; line ends and tabs become spaces."""
    return printable_lines(_LINES.sub(" ", text))


def printable_lines(text: str) -> str:
    """The same, with newlines and tabs kept: for text that we arranged, with names from outside in it."""
    return text if text.isascii() and text.isprintable() else _HOSTILE.sub("", text)
