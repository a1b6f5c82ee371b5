"""TrackerDesk: starts and stops the trackers that a page asks for; one of a kind at a time.

desk = TrackerDesk(TrackerKit(programs={"webcam": ("bridge", "webcam")}), control_port=5570)
desk.start(TrackerWish(kind="webcam", device=0))
desk.states()
desk.close()
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from runtime.errors import TrackerError
from runtime.trackers.calibration import Calibration, CalibrationState
from runtime.trackers.cameras import cameras
from runtime.trackers.tracker_program import TrackerProgram
from runtime.trackers.tracker_wish import KINDS, Kind, TrackerWish, arguments_of

#: The trackers that can be calibrated.
CALIBRATED: Final[tuple[Kind, ...]] = ("webcam", "network")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerKit:
    """What the programs that start the runtime know about trackers, and the runtime does not.

    Attributes:
        programs: kind -> module of ours and its arguments, to which `--to` and the user's choices are added.
        addresses: returns this computer's addresses in its networks, for phones.
        camera_page: returns the address of the page that makes a phone's browser a camera; "" = there is none here.
        calibrate: what stands between module and arguments of a program that is to calibrate instead of to track.
        calibrations: the folder that keeps a calibration for each kind; None = none is kept, and none can be made.
    """

    programs: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    addresses: Callable[[], list[str]] = list
    camera_page: Callable[[], str] = str
    calibrate: tuple[str, ...] = ()
    calibrations: Path | None = None


class TrackerState(msgspec.Struct, frozen=True, kw_only=True):
    """A tracker that was started: "running", "calibrating", "ended" or "failed", and the last thing that it said."""

    kind: Kind
    state: str
    line: str


class TrackerList(msgspec.Struct, frozen=True, kw_only=True):
    """What a page shows.

    Attributes:
        trackers: those that were started.
        kinds: those that can be.
        cameras: number and name of each camera of this computer.
        addresses: this computer's, for phones.
        camera_page: the address that a phone opens to become a camera, while that tracker runs.
        problem: why none can be started; "" = they can.
        calibrated: kind -> when its calibration was made, Unix seconds, of those that have one.
        can_calibrate: kinds that can be calibrated.
        calibration: the one that is made, or was made last; None = none since the start.
    """

    trackers: list[TrackerState]
    kinds: list[Kind]
    cameras: list[tuple[int, str]]
    addresses: list[str]
    camera_page: str = ""
    problem: str = ""
    calibrated: dict[Kind, float] = {}
    can_calibrate: list[Kind] = []
    calibration: CalibrationState | None = None


class TrackerDesk:
    """Any thread; `start` and `stop` may wait for a process for half a second.

    Args:
        kit: the programs.
        control_port: where the runtime hears its drivers; None = nowhere.
        is_local: whether drivers need no key; with keys, trackers are started in a terminal.
    """

    def __init__(self, kit: TrackerKit, control_port: int | None, *, is_local: bool = True) -> None:
        self._kit = kit
        self._port = control_port
        self._is_local = is_local
        self._running: dict[Kind, TrackerProgram] = {}
        self._wishes: dict[Kind, TrackerWish] = {}
        self._calibration: Calibration | None = None
        self._is_waiting: Kind | None = None  # the tracker that starts again after the calibration
        self._is_cancelled = False
        self._round = 0  # counts calibrations: an old one may end late
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def problem(self) -> str:
        """Why no tracker can be started here; "" = it can."""
        if not self._kit.programs:
            return "this program starts no trackers; start Omote with: omote run"
        if self._port is None:
            return "the control port is closed; start Omote without --control-port none"
        if not self._is_local:
            return (
                "with --bind a tracker needs its key; start it in a terminal: omote-bridge webcam --key FILE"
            )
        return ""

    def overview(self) -> TrackerList:
        """What there is, for a page."""
        states = self.states()
        is_page_open = any(one.kind == "browser" and one.state == "running" for one in states)
        return TrackerList(
            trackers=states,
            kinds=list(self._kit.programs),
            cameras=cameras(),
            addresses=self._kit.addresses(),
            camera_page=self._kit.camera_page() if is_page_open else "",
            problem=self.problem,
            calibrated=self._calibrated(),
            can_calibrate=[kind for kind in CALIBRATED if self._can_calibrate(kind)],
            calibration=None if self._calibration is None else self._calibration.state(),
        )

    def states(self) -> list[TrackerState]:
        """The trackers that were started, in the order of KINDS."""
        with self._lock:
            running, waiting = dict(self._running), self._is_waiting
        found = []
        for kind in KINDS:
            if kind == waiting:
                found.append(TrackerState(kind=kind, state="calibrating", line=""))
            elif kind in running:
                found.append(TrackerState(kind=kind, state=running[kind].state, line=running[kind].last_line))
        return found

    def start(self, wish: TrackerWish) -> None:
        """Start a tracker, in the place of one of its kind.

        Raises:
            TrackerError: none can be started here, or a choice is no good; the message says why.
        """
        if self.problem:
            raise TrackerError(self.problem)
        arguments_of(wish, self._kit.programs)  # a choice that is no good stops nothing
        self.stop(wish.kind)
        self._launch(wish)

    def stop(self, kind: Kind) -> None:
        """Stop a tracker and forget it, and its calibration that is being made; nothing happens if there is none."""
        with self._lock:
            program = self._running.pop(kind, None)
            calibration = self._calibration if self._is_waiting == kind else None
            if self._is_waiting == kind:
                self._is_waiting = None
        if calibration is not None:
            calibration.close()
        if program is not None:
            program.close()

    def calibrate(self, kind: Kind) -> None:
        """Calibrate a running tracker: it stops, a guided calibration runs, and it starts again with the result.

        Raises:
            TrackerError: it does not run, or cannot be calibrated here; the message says why.
        """
        if not self._can_calibrate(kind):
            raise TrackerError(f"the {kind} tracker cannot be calibrated here")
        with self._lock:
            program, wish = self._running.get(kind), self._wishes.get(kind)
            if program is None or wish is None or program.state != "running":
                raise TrackerError("start the tracker first, then calibrate it")
            if self._is_waiting is not None:
                raise TrackerError("another tracker is being calibrated; finish that first")
            del self._running[kind]
            self._is_waiting = kind
            self._is_cancelled = False
            self._round += 1
            ended = partial(self._calibration_ended, self._round)
        program.close()
        module, *arguments = arguments_of(wish, self._kit.programs)
        command = (module, *self._kit.calibrate, "--output", str(self._file_of(kind)), *arguments)
        try:
            self._file_of(kind).parent.mkdir(parents=True, exist_ok=True)
            calibration = Calibration(kind, command, on_end=ended)
        except OSError as error:
            with self._lock:
                self._is_waiting = None
            self._launch(wish)
            raise TrackerError(f"the calibration did not start ({error})") from error
        with self._lock:
            self._calibration = calibration
            is_wanted = self._is_waiting == kind and not self._is_cancelled
        if not is_wanted and calibration.state().state == "running":  # stopped or cancelled meanwhile
            calibration.close()

    def cancel_calibration(self, kind: Kind) -> None:
        """End a calibration that is being made; its tracker starts again as before."""
        with self._lock:
            calibration = self._calibration if self._is_waiting == kind else None
            self._is_cancelled |= self._is_waiting == kind  # the calibration may be about to begin
        if calibration is not None:
            calibration.close()

    def forget_calibration(self, kind: Kind) -> None:
        """Delete a kept calibration; a running tracker starts again without it.

        Raises:
            TrackerError: it cannot be deleted.
        """
        if kind not in CALIBRATED or self._kit.calibrations is None:
            return
        try:
            self._file_of(kind).unlink(missing_ok=True)
        except OSError as error:
            raise TrackerError(f"the calibration cannot be deleted ({error.strerror})") from error
        with self._lock:
            wish = self._wishes.get(kind) if kind in self._running else None
            is_running = wish is not None and self._running[kind].state == "running"
        if wish is not None and is_running:
            self.start(wish)

    def _calibration_ended(self, number: int) -> None:
        """On a thread of the calibration: start its tracker again."""
        with self._lock:
            kind = self._is_waiting
            if kind is None or number != self._round:
                return
            self._is_waiting = None
            wish = self._wishes.get(kind)
        if wish is not None:
            with suppress(TrackerError):  # the runtime stops
                self._launch(wish)

    def _launch(self, wish: TrackerWish) -> None:
        """Start a tracker where none of its kind runs."""
        profile = self._file_of(wish.kind) if wish.kind in self._calibrated() else None
        command = (
            *arguments_of(wish, self._kit.programs),
            *(() if profile is None else ("--profile", str(profile))),
            "--to",
            f"tcp://127.0.0.1:{self._port}",
        )
        with self._lock:
            if self._is_closed:
                raise TrackerError("the runtime stops")
            if wish.kind in self._running:
                return
            try:
                self._running[wish.kind] = TrackerProgram(command)
            except OSError as error:
                raise TrackerError(f"the {wish.kind} tracker did not start ({error})") from error
            self._wishes[wish.kind] = wish

    def _can_calibrate(self, kind: Kind) -> bool:
        return (
            not self.problem
            and kind in CALIBRATED
            and kind in self._kit.programs
            and self._kit.calibrations is not None
        )

    def _calibrated(self) -> dict[Kind, float]:
        """The kinds that have a calibration, and when it was made."""
        found: dict[Kind, float] = {}
        for kind in CALIBRATED if self._kit.calibrations is not None else ():
            with suppress(OSError):
                found[kind] = self._file_of(kind).stat().st_mtime
        return found

    def _file_of(self, kind: Kind) -> Path:
        assert self._kit.calibrations is not None
        return self._kit.calibrations / f"{kind}.toml"

    def close(self) -> None:
        """Stop all; may be called twice."""
        with self._lock:
            self._is_closed = True
        for kind in KINDS:
            self.stop(kind)
