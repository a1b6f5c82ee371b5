"""StepProgress: a progress line for work in named steps."""

from __future__ import annotations

import sys
from typing import TextIO

from bridge.progress_line import ProgressLine


class StepProgress:
    """Redraws one line on a terminal; writes a line for each step elsewhere."""

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        """Draw nothing yet.

        Args:
            total: how many steps are expected; with more of them the bar stays full.
            stream: where the line goes; None = stderr.
        """
        self._total = max(total, 1)
        self._line = ProgressLine(sys.stderr if stream is None else stream)
        self._begun = 0

    def __call__(self, step: str) -> None:
        """Draw the name of the step that begins now."""
        self._line.draw(self._begun / self._total, step)
        self._begun += 1

    def finish(self) -> None:
        """All steps are done: fill the bar and end the line."""
        self._line.finish(1.0, "done")

    def end(self) -> None:
        """End the line as it is, so that other output can follow; may be called twice."""
        self._line.end()
