"""A progress bar on stderr for work in named steps."""

from __future__ import annotations

import sys
from typing import Final, TextIO

BAR: Final = 24


class Steps:
    """Redraws one line on a terminal; writes a line a step elsewhere."""

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        """Args:
        total: how many steps are expected; more of them do no harm.
        """
        self._total = total
        self._stream = stream if stream is not None else sys.stderr
        self._is_terminal = self._stream.isatty()
        self._begun = 0
        self._width = 0

    def __call__(self, what: str) -> None:
        """Say what begins now."""
        self._write(self.line(self._begun, what))
        self._begun += 1

    def finish(self) -> None:
        """Everything is done: fill the bar and leave the line."""
        if self._is_terminal:
            self._write(self.line(self._total, "done"))
        self.leave()

    def leave(self) -> None:
        """Leave the line as it is, so that other words can follow."""
        if self._is_terminal and self._width:
            self._stream.write("\n")
            self._stream.flush()
            self._width = 0

    def line(self, done: int, what: str) -> str:
        """The text for a state."""
        share = min(done / max(self._total, 1), 1.0)
        return f"[{'#' * round(share * BAR):<{BAR}}] {what}"

    def _write(self, line: str) -> None:
        # Blanks cover what a longer line before left behind.
        self._stream.write(f"\r{line:<{self._width}}" if self._is_terminal else f"{line}\n")
        self._width = len(line)
        self._stream.flush()
