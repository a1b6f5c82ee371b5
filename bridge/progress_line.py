"""ProgressLine: one line on stderr with a bar: redrawn on a terminal, appended to a log now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TextIO

BAR: Final = 24  # characters between the brackets
_TERMINAL_S: Final = 0.1  # least time between two drawings on a terminal
_LOG_S: Final = 5.0  # least time between two lines in a log file


class ProgressLine:
    """Writes `[####    ] text`. A call is skipped when the last one was drawn less than 0.1 s (log: 5 s) ago."""

    def __init__(self, stream: TextIO, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock_s = clock_s
        self._is_terminal = stream.isatty()
        self._drawn_s = clock_s()
        self._width = 0

    def __call__(self, share: float | None, text: str) -> None:
        """Draw the state, unless the last drawing is too recent.

        Args:
            share: part of the work that is done, 0..1; None = unknown, drawn without a bar.
        """
        now_s = self._clock_s()
        if now_s - self._drawn_s >= (_TERMINAL_S if self._is_terminal else _LOG_S):
            self._drawn_s = now_s
            self.draw(share, text)

    def draw(self, share: float | None, text: str) -> None:
        """Draw the state now."""
        line = text if share is None else f"[{'#' * round(min(max(share, 0.0), 1.0) * BAR):<{BAR}}] {text}"
        # The padding overwrites the rest of a longer line.
        self._stream.write(f"\r{line:<{self._width}}" if self._is_terminal else f"{line}\n")
        self._stream.flush()
        self._width = len(line)

    def finish(self, share: float | None, text: str) -> None:
        """Draw the last state on a terminal, and end the line."""
        if self._is_terminal:
            self.draw(share, text)
        self.end()

    def end(self) -> None:
        """End the line on a terminal, so that other output can follow; does nothing when no line is open."""
        if self._is_terminal and self._width:
            self._stream.write("\n")
            self._stream.flush()
            self._width = 0
