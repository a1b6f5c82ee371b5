"""Progress bars for work that takes more than two seconds: tqdm on stderr.

with progress_bar(400, "frames") as bar:
    work(progress=bar)                      # calls bar(done)

On a terminal one line is redrawn in place; a file or pipe gets a line every few seconds.
"""

from __future__ import annotations

import sys
from typing import Any, Final, TextIO

from tqdm import tqdm

from terminal.console import drawing_stream

_TERMINAL_S: Final = 0.1  # shortest time between two redraws on a terminal
_LOG_S: Final = 5.0  # shortest time between two lines in a file
_DELAY_S: Final = 0.5  # shorter work shows no bar
_NAMED_STEPS: Final = "{percentage:3.0f}%|{bar:24}| {desc}"


class Progress(tqdm):  # type: ignore[type-arg]  # generic in its types alone
    """tqdm's bar, called with the total done so far. Close it, or use it as a context manager."""

    def __call__(self, done: float, note: str = "") -> None:
        """Update the bar.

        Args:
            done: total so far, in the bar's unit.
            note: text shown after the numbers.
        """
        if note:
            self.set_postfix_str(note, refresh=False)
        self.update(done - self.n)


class _Lines:
    """A stream that writes tqdm's redraws as separate lines, for files and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding
        self._last = ""

    def write(self, text: str) -> None:
        """Write one line; repeated lines and pure cursor movements are left out."""
        if (line := text.strip("\r\n ")) not in ("", self._last):
            self._stream.write(line + "\n")
            self._last = line

    def flush(self) -> None:
        """Flush the stream below."""
        self._stream.flush()


def progress_bar(total: float, unit: str, *, stream: TextIO | None = None) -> Progress:
    """Make a bar that counts items.

    Args:
        total: number of items; 0 = unknown.
        unit: name of the items, such as "frames".
        stream: the output; None = stderr.
    """
    return Progress(total=total or None, unit=f" {unit}", delay=_DELAY_S, **_drawing(stream))


class Steps:
    """A bar for work in named steps: call `steps("fit the head")` when the step begins."""

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        """Prepare a bar; the first step draws it.

        Args:
            total: expected number of steps; more are allowed.
            stream: the output; None = stderr.
        """
        self._total = total
        self._stream = stream
        self._begun = 0
        self._bar: Progress | None = None

    def __call__(self, what: str) -> None:
        """Begin the next step and show its name."""
        self._show(min(self._begun, self._total), what)
        self._begun += 1

    def finish(self) -> None:
        """Fill the bar and close it."""
        self._show(self._total, "done")
        self.close()

    def close(self) -> None:
        """End the line, so that other text can follow; may be called twice."""
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
    """tqdm's options for a stream."""
    stream = stream if stream is not None else sys.stderr
    if stream.isatty():
        return {"file": drawing_stream(stream), "mininterval": _TERMINAL_S, "dynamic_ncols": True}
    return {"file": _Lines(stream), "mininterval": _LOG_S, "ncols": 100, "ascii": " #"}
