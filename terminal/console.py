"""Prepares standard output and error: whatever is printed, nothing fails and no text from outside drives the terminal.

prepare_console()                 # first in every main()
print(name_of_a_stranger)         # letters of any script on any console; escape sequences are left out

Programs that draw on purpose (progress bars, tables) write to `drawing_stream(sys.stderr)`, and clean what they quote.
"""

from __future__ import annotations

import io
import logging
import sys
from typing import Any, TextIO

from terminal.printable import printable_lines


class PlainOutput(io.TextIOBase):
    """A text stream without control characters, and without errors of encoding. Threads as the stream below it.

    Attributes:
        stream: the stream below, for programs that draw.
    """

    def __init__(self, stream: TextIO) -> None:
        """Wrap a stream, which stays open when this one is closed."""
        self.stream = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str, /) -> int:
        """Write a text; characters that the console's encoding lacks become escapes such as \\u3042."""
        self.stream.write(printable_lines(text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream below."""
        self.stream.flush()

    def close(self) -> None:
        """Flush; the stream below is its owner's to close."""
        self.stream.flush()

    def isatty(self) -> bool:
        """Whether the stream below is a terminal."""
        return self.stream.isatty()

    def writable(self) -> bool:
        """True."""
        return True

    def fileno(self) -> int:
        """The file descriptor of the stream below."""
        return self.stream.fileno()

    def __getattr__(self, name: str) -> Any:
        """All else is the stream's below: its buffer, its name."""
        return getattr(self.stream, name)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream below."""
        return self.stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What the stream below does with characters that it cannot encode."""
        return self.stream.errors


def prepare_console(*, level: int = logging.WARNING, log_format: str = "%(message)s") -> None:
    """Make standard output and error safe for text from outside, and send the log there.

    Args:
        level: of messages that are logged.
        log_format: of a logged line.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, PlainOutput):  # None: a program without a console
            setattr(sys, name, PlainOutput(stream))
    logging.basicConfig(level=level, format=log_format)


def drawing_stream(stream: TextIO) -> TextIO:
    """The stream below a `PlainOutput`, where control characters are meant; others as they are."""
    return stream.stream if isinstance(stream, PlainOutput) else stream
