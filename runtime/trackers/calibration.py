"""Calibration: one guided calibration, a program of the bridge, and how far it is.

calibration = Calibration("webcam", ("bridge", "calibrate", "--json", ...), on_end=restart)
calibration.state()
calibration.close()
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from protocol.calibration_progress import CalibrationProgress
from runtime.trackers.tracker_program import TrackerProgram


class CalibrationState(msgspec.Struct, frozen=True, kw_only=True):
    """What a page shows of a calibration.

    Attributes:
        kind: of the tracker that is calibrated.
        state: "running", or how it ended.
        progress: the newest; None = the program has said nothing yet.
        line: why it failed, in words; "" = it has not.
    """

    kind: str
    state: Literal["running", "done", "failed", "cancelled"]
    progress: CalibrationProgress | None = None
    line: str = ""


class Calibration:
    """Any thread.

    Args:
        kind: of the tracker, for pages.
        command: a module of ours and its arguments, which prints `CalibrationProgress` in lines.
        on_end: called on a thread of its own when the program has ended, however it did.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self, kind: str, command: tuple[str, ...], on_end: Callable[[], None]) -> None:
        self.kind = kind
        self._decoder = msgspec.json.Decoder(CalibrationProgress)
        self._progress: CalibrationProgress | None = None
        self._is_cancelled = False
        self._program = TrackerProgram(command, hear=self._hear, on_end=on_end)

    @property
    def command(self) -> tuple[str, ...]:
        """The program that was started."""
        return self._program.command

    def state(self) -> CalibrationState:
        """How far it is."""
        progress = self._progress
        ended = self._program.state
        if progress is not None and progress.state == "done":
            return CalibrationState(kind=self.kind, state="done", progress=progress)
        if self._is_cancelled:
            return CalibrationState(kind=self.kind, state="cancelled")
        if ended == "running":
            return CalibrationState(kind=self.kind, state="running", progress=progress)
        line = self._program.last_line or "the program ended without a word"
        return CalibrationState(kind=self.kind, state="failed", line=line)

    def close(self) -> None:
        """End it without a result, unless it has one; may be called twice."""
        self._is_cancelled = True
        self._program.close()

    def _hear(self, line: bytes) -> None:
        """On the reading thread; what is no progress is passed over."""
        try:
            self._progress = self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
