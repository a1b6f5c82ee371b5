"""A progress bar on stderr: how many of how many, how fast, how long yet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

BAR: Final = 24
_TERMINAL_S: Final = 0.1  # between two drawings on a terminal
_LOG_S: Final = 5.0  # between two lines in a file


class ProgressBar:
    """Redraws one line on a terminal; writes a line now and then elsewhere."""

    def __init__(
        self,
        total: int,
        unit: str,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        total: how many there will be; 0 = unknown.
        """
        self._total = total
        self._unit = unit
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._is_terminal = self._stream.isatty()
        self._begin_s = self._drawn_s = clock()

    def __call__(self, done: int) -> None:
        """Say how many are done."""
        now_s = self._clock()
        if now_s - self._drawn_s < (_TERMINAL_S if self._is_terminal else _LOG_S):
            return
        self._drawn_s = now_s
        self._write(done, now_s - self._begin_s)

    def finish(self, done: int) -> None:
        """Draw the last state and leave the line."""
        if self._is_terminal:
            self._write(done, max(self._clock() - self._begin_s, 1e-6))
            self._stream.write("\n")
            self._stream.flush()

    def _write(self, done: int, elapsed_s: float) -> None:
        line = self.line(done, elapsed_s)
        self._stream.write(f"\r{line}  " if self._is_terminal else f"{line}\n")
        self._stream.flush()

    def line(self, done: int, elapsed_s: float) -> str:
        """The text for a state."""
        rate = done / elapsed_s
        if self._total <= 0:
            return f"{done} {self._unit}, {rate:.1f} fps"
        share = min(done / self._total, 1.0)
        bar = "#" * round(share * BAR)
        left_s = max(self._total - done, 0) / rate if rate > 0 else 0.0
        minutes, seconds = divmod(round(left_s), 60)
        return (
            f"[{bar:<{BAR}}] {done}/{self._total} {self._unit}, {rate:.1f} fps, {minutes}:{seconds:02d} to go"
        )
