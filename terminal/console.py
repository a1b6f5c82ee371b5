"""Prepares standard output and error: whatever is printed, nothing fails and no text from outside drives the terminal.

prepare_console()                 # first in every main()
print(name_of_a_stranger)         # letters of any script on any console; escape sequences are left out

A program whose output is read no longer (`omote status | head -1`) ends without a word, as other programs do; one whose
messages are read no longer goes on.

Programs that draw on purpose (progress bars, tables) write to `drawing_stream(sys.stderr)`, and clean what they quote.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from typing import Any, TextIO, cast

from terminal.printable import printable_lines


class OpenOutput(io.TextIOBase):
    """A text stream that outlives its reader, and encodes every letter. Threads as the stream below it.

    Attributes:
        stream: the stream below.
    """

    def __init__(self, stream: TextIO, *, is_needed: bool = False) -> None:
        """Wrap a stream, which stays open when this one is closed.

        Args:
            stream: the stream below.
            is_needed: whether the program ends when nobody can read any more what it writes.
        """
        self.stream = stream
        self._is_needed = is_needed
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str, /) -> int:
        """Write a text; characters that the console's encoding lacks become escapes such as \\u3042.

        Raises:
            SystemExit: it is needed, and the other end of the pipe is closed or the disk is full.
        """
        try:
            self.stream.write(text)
        except OSError as error:
            self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """Flush the stream below.

        Raises:
            SystemExit: as `write`.
        """
        try:
            self.stream.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """Let what is written from now on disappear, also what waits in the buffer."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.stream.fileno())
        os.close(nowhere)
        is_unread = isinstance(error, BrokenPipeError)
        if not self._is_needed or (is_unread and sys.is_finalizing()):
            return
        if sys.is_finalizing():
            raise error  # Python says it and sets the exit code; it is too late for SystemExit
        if not is_unread:
            print(f"the output cannot be written ({error.strerror or error})", file=sys.stderr)
        raise SystemExit(1)

    def close(self) -> None:
        """Flush; the stream below is its owner's to close."""
        self.flush()

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


class PlainOutput(OpenOutput):
    """A text stream without control characters.

    Attributes:
        stream: the stream below, for programs that draw.
    """

    def __init__(self, stream: TextIO, *, is_needed: bool = False) -> None:
        """Wrap a stream; arguments as for `OpenOutput`."""
        super().__init__(cast(TextIO, OpenOutput(stream, is_needed=is_needed)))

    def write(self, text: str, /) -> int:
        """Write a text without what a terminal obeys."""
        self.stream.write(printable_lines(text))
        return len(text)


def prepare_console(*, level: int = logging.WARNING, log_format: str = "%(message)s") -> None:
    """Make standard output and error safe for text from outside, and send the log there.

    Args:
        level: of messages that are logged.
        log_format: of a logged line.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, PlainOutput):  # None: a program without a console
            setattr(sys, name, PlainOutput(stream, is_needed=name == "stdout"))
    logging.basicConfig(level=level, format=log_format)


def drawing_stream(stream: TextIO) -> TextIO:
    """The stream below a `PlainOutput`, where control characters are meant; others as they are."""
    return stream.stream if isinstance(stream, PlainOutput) else stream
