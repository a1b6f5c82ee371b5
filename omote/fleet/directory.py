"""Directory: the faces of a fleet by name, where each listens and how it is. No sockets, no Ray; time is an argument.

    directory.add("kofi")
    directory.hear("kofi", 1, report, now_s)        # every half second, from the host of the face
    directory.answer(Command(name="status"), now_s)

Each move makes a new generation of a face. The directory names the old one until the new one has drawn frames.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from msgspec.structs import replace

from omote.fleet.face_host import FaceReport
from protocol.messages import Command, FaceStatus, Reply, Snapshot, Status

#: A face that was not heard for so long is said to be lost.
SILENT_S: Final = 3.0
#: How long the old generation goes on after a move, for readers and drivers that ask where it is.
DRAIN_S: Final = 2.0
#: Frames that a new generation has drawn before it is named.
WARM_FRAMES: Final = 5


class Heard(Enum):
    """What a report means."""

    CURRENT = "the directory names this generation"
    COMING = "a newer generation, which is not warm yet"
    WARM = "a newer generation, to which the directory can switch"
    LEAVING = "an older generation, which readers may still read"
    UNWANTED = "an older generation, or a face that was stopped: its process is to end"


@dataclass(slots=True)
class _Record:
    generation: int
    reports: dict[int, FaceReport] = field(default_factory=dict)
    heard_s: float = 0.0
    leaving: dict[int, float] = field(default_factory=dict)  # generation -> when it ends
    trouble: str = ""


class Directory:
    """Any thread."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """Of all faces, in the order in which they came."""
        with self._lock:
            return list(self._records)

    def add(self, name: str, generation: int, now_s: float) -> None:
        """A face is on its way."""
        with self._lock:
            self._records[name] = _Record(generation, heard_s=now_s)

    def remove(self, name: str) -> None:
        """A face is no longer wanted."""
        with self._lock:
            self._records.pop(name, None)

    def generation(self, name: str) -> int:
        """The generation that is named.

        Raises:
            KeyError: there is no such face.
        """
        with self._lock:
            return self._records[name].generation

    def hear(self, name: str, generation: int, report: FaceReport, now_s: float) -> Heard:
        """Note a sign of life."""
        with self._lock:
            record = self._records.get(name)
            if record is None:
                return Heard.UNWANTED
            if generation < record.generation:
                return Heard.LEAVING if now_s < record.leaving.get(generation, 0.0) else Heard.UNWANTED
            record.reports[generation] = report
            if generation == record.generation:
                record.heard_s, record.trouble = now_s, ""
                return Heard.CURRENT
            is_warm = not report.face.failure and report.frames >= WARM_FRAMES
            return Heard.WARM if is_warm else Heard.COMING

    def switch(self, name: str, generation: int, now_s: float) -> None:
        """Name another generation from now on."""
        with self._lock:
            record = self._records[name]
            record.leaving = {record.generation: now_s + DRAIN_S}
            record.reports = {generation: record.reports[generation]}
            record.generation, record.heard_s, record.trouble = generation, now_s, ""

    def trouble(self, name: str, why: str) -> None:
        """Note why a face is not there, until it is heard again."""
        with self._lock:
            if name in self._records:
                self._records[name].trouble = why

    def report(self, name: str, generation: int | None = None) -> FaceReport | None:
        """The last report of a generation, None = the one that is named; None before the first."""
        with self._lock:
            record = self._records.get(name)
            if record is None:
                return None
            return record.reports.get(record.generation if generation is None else generation)

    def snapshot(self, name: str) -> Snapshot | None:
        """With which another runtime becomes this face."""
        report = self.report(name)
        return None if report is None else report.snapshot

    def faces(self, now_s: float) -> list[FaceStatus]:
        """All faces as they are now."""
        with self._lock:
            return [_described(name, record, now_s) for name, record in self._records.items()]

    def answer(self, command: Command, now_s: float) -> Reply:
        """The reply to a command, as a runtime would give it. "status" with a name as its argument lists this face."""
        if command.name == "ping":
            return Reply(ok=True, request_id=command.request_id)
        if command.name != "status":
            return Reply(
                ok=False,
                request_id=command.request_id,
                message=f"{command.name}: this is the directory of a fleet, expected ping or status; ask the face itself",
            )
        faces = self.faces(now_s)
        notes = [f"{face.name}: {face.failure}" for face in faces if face.failure]
        if command.argument:
            faces = [face for face in faces if face.name == command.argument] or faces
        status = Status(
            avatar="", engine="fleet", provider="ray", fps=0.0, target_fps=0.0, size=0, uptime_s=0.0, frames=0,
            stages=[], drivers=[], dropped={}, values=[], publishers=[], notes=notes, faces=faces,
        )  # fmt: skip
        return Reply(ok=True, request_id=command.request_id, status=status)


def _described(name: str, record: _Record, now_s: float) -> FaceStatus:
    report, silent_s = record.reports.get(record.generation), now_s - record.heard_s
    face = FaceStatus(name=name, failure="it starts") if report is None else report.face
    if silent_s < SILENT_S:
        return face
    if report is None:
        why = record.trouble or "the nodes may have no room, see ray status"
        return replace(face, failure=f"Ray has not started it for {silent_s:.0f} s: {why}")
    why = record.trouble or "Ray starts it again where there is room"
    return replace(face, failure=f"not heard for {silent_s:.0f} s; {why}", fps=0.0)
