"""TrackerDesk: starts and stops the trackers that a page asks for; one of a kind at a time.

desk = TrackerDesk(TrackerKit(programs={"webcam": ("bridge", "webcam")}), control_port=5570)
desk.start(TrackerWish(kind="webcam", device=0))
desk.states()
desk.close()
"""

from __future__ import annotations

import ipaddress
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import msgspec

from runtime.errors import TrackerError
from runtime.trackers.cameras import MAX_CAMERAS, cameras
from runtime.trackers.tracker_program import TrackerProgram

Kind = Literal["webcam", "microphone", "network"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,98}[A-Za-z0-9])?")
_MICROPHONE: Final = re.compile(r"[\w (),.:+#/&'-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerKit:
    """What the programs that start the runtime know about trackers, and the runtime does not.

    Attributes:
        programs: kind -> module of ours and its arguments, to which `--to` and the user's choices are added.
        addresses: returns this computer's addresses in its networks, for phones.
    """

    programs: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    addresses: Callable[[], list[str]] = list


class TrackerWish(msgspec.Struct, frozen=True, kw_only=True):
    """The tracker that a user wants.

    Attributes:
        kind: "webcam", "microphone", or "network": everything that phones and programs send.
        device: number of the camera.
        microphone: part of the microphone's name; "" = the system's default.
        phone: address of a phone that must be asked for its face; "" = none.
        is_open: whether other devices of the network may send, and not only programs of this computer.
        is_mirrored: whether left and right change places.
        has_emotion: whether the camera's face also drives the emotion layer.
    """

    kind: Kind
    device: int = 0
    microphone: str = ""
    phone: str = ""
    is_open: bool = False
    is_mirrored: bool = False
    has_emotion: bool = False


class TrackerState(msgspec.Struct, frozen=True, kw_only=True):
    """A tracker that was started: "running", "ended" or "failed", and the last thing that it said."""

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
        problem: why none can be started; "" = they can.
    """

    trackers: list[TrackerState]
    kinds: list[Kind]
    cameras: list[tuple[int, str]]
    addresses: list[str]
    problem: str = ""


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
        return TrackerList(
            trackers=self.states(),
            kinds=list(self._kit.programs),
            cameras=cameras(),
            addresses=self._kit.addresses(),
            problem=self.problem,
        )

    def states(self) -> list[TrackerState]:
        """The trackers that were started, in the order of KINDS."""
        with self._lock:
            running = dict(self._running)
        return [
            TrackerState(kind=kind, state=running[kind].state, line=running[kind].last_line)
            for kind in KINDS
            if kind in running
        ]

    def start(self, wish: TrackerWish) -> None:
        """Start a tracker, in the place of one of its kind.

        Raises:
            TrackerError: none can be started here, or a choice is no good; the message says why.
        """
        if self.problem:
            raise TrackerError(self.problem)
        command = (*self._command(wish), "--to", f"tcp://127.0.0.1:{self._port}")
        self.stop(wish.kind)
        with self._lock:
            if self._is_closed:
                raise TrackerError("the runtime stops")
            try:
                self._running[wish.kind] = TrackerProgram(command)
            except OSError as error:
                raise TrackerError(f"the {wish.kind} tracker did not start ({error})") from error

    def stop(self, kind: Kind) -> None:
        """Stop a tracker and forget it; nothing happens if there is none of its kind."""
        with self._lock:
            program = self._running.pop(kind, None)
        if program is not None:
            program.close()

    def close(self) -> None:
        """Stop all; may be called twice."""
        with self._lock:
            self._is_closed = True
        for kind in KINDS:
            self.stop(kind)

    def _command(self, wish: TrackerWish) -> tuple[str, ...]:
        """The module and its arguments, without the runtime's address."""
        program = self._kit.programs.get(wish.kind)
        if program is None:
            raise TrackerError(
                f"there is no {wish.kind} tracker here; choose {', '.join(self._kit.programs)}"
            )
        mirror = ("--mirror",) if wish.is_mirrored else ()
        if wish.kind == "webcam":
            if not 0 <= wish.device < 1000:
                raise TrackerError(f"there is no camera {wish.device}; expected 0 to {MAX_CAMERAS - 1}")
            emotion = ("--emotion",) if wish.has_emotion else ()
            return (*program, "--device", str(wish.device), *mirror, *emotion)
        if wish.kind == "microphone":
            if wish.microphone and not _MICROPHONE.fullmatch(wish.microphone):
                raise TrackerError("the microphone's name holds a character that no name has; leave it empty")
            return (*program, f"--device={wish.microphone}") if wish.microphone else program
        phone = ("--phone", _checked_host(wish.phone)) if wish.phone else ()
        return (*program, *(("--bind", "0.0.0.0") if wish.is_open or phone else ()), *phone, *mirror)


def _checked_host(text: str) -> str:
    """An address or a name of another machine, which cannot be taken for an option."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if _HOST.fullmatch(text):
            return text
    raise TrackerError(f"{text[:60]!r} is no address; type what the phone shows, such as 192.168.1.31")
