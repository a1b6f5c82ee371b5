"""JsonGuide: tells another program how far a calibration is, as lines of JSON; the program talks to the person.

guide = JsonGuide(sys.stdout)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from bridge.calibration.session import Phase
from bridge.calibration.steps import Step
from protocol.calibration_progress import CalibrationProgress
from terminal.json_line import json_line


class JsonGuide:
    """A `Guide`.

    Args:
        out: gets a line for every change, about ten a second.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._source = ""
        self._number = self._of = 0
        self._ask = ""
        self._note = ""

    def wait_for_face(self, tracker: str, hint: str = "") -> None:
        """Say that no face has come yet."""
        self._write(CalibrationProgress(state="waiting", hint=hint))

    def begin(self, source: str) -> None:
        """Remember whose face it is."""
        self._source = source

    def ask(self, number: int, of: int, step: Step) -> None:
        """Remember the step, which the count-down names."""
        self._number, self._of, self._ask = number, of, step.ask

    def count_down(self, phase: Phase, past_s: float, length_s: float) -> None:
        """Say what is to be done, and for how long."""
        self._write(
            CalibrationProgress(
                state=phase,
                source=self._source,
                number=self._number,
                of=self._of,
                ask=self._ask,
                left_s=max(length_s - past_s, 0.0),
                length_s=length_s,
                note=self._note,
            )
        )

    def tell_measured(self, pictures: int, change: str) -> None:
        """Forget that an attempt was missed."""
        self._note = ""

    def tell_missed(self, pictures: int, *, is_last: bool) -> None:
        """Say it with the next attempt, or the next step."""
        self._note = (
            "Your face was not seen for long enough: this was left out."
            if is_last
            else "Your face was not seen for long enough: once more."
        )

    def finish(self, changes: Sequence[str]) -> None:
        """Say what the calibration changes."""
        self._write(CalibrationProgress(state="done", source=self._source, changes=list(changes)))

    def _write(self, progress: CalibrationProgress) -> None:
        self._out.write(json_line(progress) + "\n")
        self._out.flush()
