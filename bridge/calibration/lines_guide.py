"""LinesGuide: leads a person through a calibration by lines on a console.

guide = LinesGuide(say)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bridge.calibration.session import Phase
from bridge.calibration.steps import Step
from terminal.progress import Progress, progress_bar

_WORDS: Final[dict[Phase, str]] = {"ready": "get ready", "hold": "hold it"}


class LinesGuide:
    """A `Guide`.

    Args:
        say: prints a line.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._bar: Progress | None = None

    def wait_for_face(self, tracker: str, hint: str = "") -> None:
        """Print what is waited for, or the hint."""
        self._say(hint or f"waiting for a face from {tracker}")

    def begin(self, source: str) -> None:
        """Print what is measured, and how to stop."""
        self._say(f"calibrating {source}: do what is asked, and hold it until the next line; Ctrl-C stops")

    def ask(self, number: int, of: int, step: Step) -> None:
        """Print the instruction."""
        self._say(f"{number}/{of}  {step.ask}")

    def count_down(self, phase: Phase, past_s: float, length_s: float) -> None:
        """Draw a bar."""
        if self._bar is None:
            self._bar = progress_bar(length_s, "s")
        self._bar(past_s, _WORDS[phase])
        if past_s >= length_s:
            self._bar.close()
            self._bar = None

    def tell_measured(self, pictures: int, change: str) -> None:
        """Print what moved."""
        self._say(f"      {pictures} pictures{change and ': ' + change}")

    def tell_missed(self, pictures: int, *, is_last: bool) -> None:
        """Print that it is asked for again."""
        again = "skipped" if is_last else "once more"
        self._say(f"      the face was seen in {pictures} pictures only: {again}")

    def finish(self, changes: Sequence[str]) -> None:
        """Nothing: the command prints the figures themselves."""
