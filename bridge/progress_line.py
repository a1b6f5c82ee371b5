"""ProgressLine: how far something is that takes a while; one line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TextIO

BAR: Final = 24
_TERMINAL_S: Final = 0.1
_LOG_S: Final = 5.0


class ProgressLine:
    """Draws itself over and over; says nothing while less than `_TERMINAL_S` passed."""

    def __init__(self, stream: TextIO, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock_s = clock_s
        self._is_terminal = stream.isatty()
        self._drawn_s = clock_s()
        self._width = 0

    def __call__(self, share: float, text: str) -> None:
        """Args:
        share: of the whole, 0..1.
        """
        now_s = self._clock_s()
        if now_s - self._drawn_s >= (_TERMINAL_S if self._is_terminal else _LOG_S):
            self._drawn_s = now_s
            self._write(share, text)

    def finish(self, share: float, text: str) -> None:
        """Draw the last state, and leave the line."""
        if self._is_terminal:
            self._write(share, text)
            self._stream.write("\n")
            self._stream.flush()

    def _write(self, share: float, text: str) -> None:
        line = f"[{'#' * round(min(max(share, 0.0), 1.0) * BAR):<{BAR}}] {text}"
        # what stood there before may have been longer
        self._stream.write(f"\r{line:<{self._width}}" if self._is_terminal else f"{line}\n")
        self._stream.flush()
        self._width = len(line)
