"""Progress: how far work is that takes more than two seconds; tqdm's bar on stderr.

with progress_bar(400, "frames") as bar:
    work(progress=bar)                      # bar(done) whenever something is done

A terminal sees one line that is drawn over; a file or pipe gets a line every few seconds.
"""

from __future__ import annotations

import sys
from typing import Any, Final, TextIO

from tqdm import tqdm

_TERMINAL_S: Final = 0.1  # between two drawings on a terminal
_LOG_S: Final = 5.0  # between two lines in a file
_DELAY_S: Final = 0.5  # work that is done sooner shows no bar
_NAMED_STEPS: Final = "{percentage:3.0f}%|{bar:24}| {desc}"


class Progress(tqdm):  # type: ignore[type-arg]  # generic in its types alone
    """tqdm's bar, told how many are done in all. Close it, or use it as a context manager."""

    def __call__(self, done: float, note: str = "") -> None:
        """Say how many are done by now.

        Args:
            done: since the beginning, in the bar's unit.
            note: shown behind the numbers.
        """
        if note:
            self.set_postfix_str(note, refresh=False)
        self.update(done - self.n)


class _Lines:
    """What tqdm draws over itself, as lines of their own: for files and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding
        self._last = ""

    def write(self, text: str) -> None:
        """A line, unless the same one stands there already or the text only moves the cursor."""
        if (line := text.strip("\r\n ")) not in ("", self._last):
            self._stream.write(line + "\n")
            self._last = line

    def flush(self) -> None:
        """Show it now."""
        self._stream.flush()


def progress_bar(total: float, unit: str, *, stream: TextIO | None = None) -> Progress:
    """A bar that counts.

    Args:
        total: how many there will be; 0 = unknown.
        unit: what is counted, such as "frames".
        stream: where it is drawn; None = stderr.
    """
    return Progress(total=total or None, unit=f" {unit}", delay=_DELAY_S, **_drawing(stream))


class Steps:
    """A bar for work in named steps: `steps("fit the head")` when that begins."""

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        """Args:
        total: how many steps are expected; more of them do no harm.
        stream: where it is drawn; None = stderr.
        """
        self._total = total
        self._stream = stream
        self._begun = 0
        self._bar: Progress | None = None

    def __call__(self, what: str) -> None:
        """Say what begins now."""
        self._show(min(self._begun, self._total), what)
        self._begun += 1

    def finish(self) -> None:
        """Everything is done: fill the bar and leave the line."""
        self._show(self._total, "done")
        self.close()

    def close(self) -> None:
        """Leave the line as it is, so that other words can follow; may be called twice."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self, done: int, what: str) -> None:
        if self._bar is None:
            options = _drawing(self._stream) | {"mininterval": 0.0}
            self._bar = Progress(
                total=self._total, initial=done, desc=what, bar_format=_NAMED_STEPS, **options
            )
            return
        self._bar.n = done
        self._bar.set_description_str(what)


def _drawing(stream: TextIO | None) -> dict[str, Any]:
    """How tqdm draws on a stream."""
    stream = stream if stream is not None else sys.stderr
    if stream.isatty():
        return {"file": stream, "mininterval": _TERMINAL_S, "dynamic_ncols": True}
    return {"file": _Lines(stream), "mininterval": _LOG_S, "ncols": 100, "ascii": " #"}
