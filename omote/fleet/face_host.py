"""FaceHost: keeps one face alive: starts its process, listens to it, and starts it again as it was.

    host = FaceHost(settings, shelf=folder / "avatars", node="studio-2")
    while wanted:
        report = host.step(0.5)     # starts what has ended; waits until the next report is due

A face that is started again has its avatar, its ports, what was switched on, and what its drivers hold, as of the last
report; drivers and readers reconnect by themselves.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from face.errors import AvatarError
from omote.client import ControlClient, NoAnswerError, RuntimeAddress
from omote.fleet.avatar_cargo import AvatarCargo, unpack_avatar
from omote.fleet.errors import FleetError
from omote.fleet.face_process import FaceProcess
from omote.fleet.forked_process import StartingError, can_fork
from omote.fleet.snapshots import aged, restore
from protocol.errors import OmoteError
from protocol.keys import ClientKey
from protocol.messages import Command, FaceStatus, Reply, Snapshot, Status
from runtime.avatars.shelf import Shelf

#: A face that has not answered for so long is ended, and started again; it is given twice as long each time.
HUNG_S: Final = 10.0
HUNG_DOUBLINGS: Final = 3
ANSWER_S: Final = 2.0
#: Between two starts of a face that ends at once: this, then twice as long, up to the second.
RETRY_S: Final = 0.5, 10.0
#: How long the fork server may take to start, and how often it is asked.
FORK_S: Final = 30.0
FORK_RETRY_S: Final = 0.05
#: Starts on its own ports before it gets others.
OWN_PORT_STARTS: Final = 3
#: The ports of a face, at first any free ones; the others stay closed: datagrams prove nothing about their sender.
_FREE: Final = {"control": 0, "request": 0, "publish": 0, "panel": 0}
_CLOSED: Final = {"osc": None, "vmc": None}


class Kit(msgspec.Struct, frozen=True):
    """What the host of a face begins with: its avatar, and what it was before."""

    cargo: AvatarCargo
    snapshot: Snapshot | None


class FaceReport(msgspec.Struct, frozen=True, kw_only=True):
    """A sign of life.

    Attributes:
        face: where it listens and how it is; with a `failure` while it does not.
        snapshot: with which another runtime becomes this face.
        frames: since its process started; 0 = it has drawn none.
        restarts: how often its process was started again.
        pid: of its process; 0 = there is none.
    """

    face: FaceStatus
    snapshot: Snapshot
    frames: int
    restarts: int
    pid: int


class FaceHost:
    """Use it from one thread.

    Args:
        settings: of the runtime; without ports.
        name: of the face.
        shelf: the folder where its avatars are unpacked.
        key: for its ports; None = it listens on loopback.
        node: what this machine is called.
        snapshot: what it begins as.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        *,
        name: str,
        shelf: Path,
        key: ClientKey | None = None,
        node: str = "",
        snapshot: Snapshot | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings | {"avatars": str(shelf), "stream": name}
        self._name, self._shelf, self._key, self._node, self._clock = name, shelf, key, node, clock
        self._snapshot, self._snapshot_s = snapshot or Snapshot(), clock()
        self._beginning: Snapshot | None = None  # what its process is still to be made
        self._process: FaceProcess | None = None
        self._client: ControlClient | None = None
        self._face = FaceStatus(name=name, node=node, failure="it starts")
        self._ports: dict[str, int] = {}
        self._failures = 0
        self._asked_s: float | None = None  # since when the fork server is waited for
        self._starts = 0
        self._heard_s = self._retry_s = clock()

    def step(self, interval_s: float) -> FaceReport:
        """Start the face if it has ended, or wait until it ends, at most `interval_s`; then report."""
        if self._process is None:
            ends_s = self._clock() + interval_s
            while self._process is None and (left_s := ends_s - self._clock()) > 0:
                time.sleep(min(left_s, max(0.0, self._retry_s - self._clock())))
                if self._clock() >= self._retry_s:
                    self._start()
        elif self._client is None:
            self._await(interval_s)
        elif self._process.wait(interval_s):
            self._drop(f"its process has ended: {self._process.last_words or 'without a word'}")
            self._start()
        return self._report()

    def wear(self, cargo: AvatarCargo) -> Reply:
        """Show another avatar.

        Raises:
            AvatarError: its file is damaged.
            FleetError, NoAnswerError: the face does not answer.
        """
        name = unpack_avatar(cargo, self._shelf)
        if self._client is None:
            raise FleetError(f"the face {self._name} is not drawn now: {self._face.failure}")
        return self._client.request(Command(name="load_avatar", argument=name))

    def close(self) -> None:
        """End the face; may be called twice."""
        self._drop("it was stopped")

    def _start(self) -> None:
        """Start its process."""
        beginning = self._beginning = aged(self._snapshot, self._clock() - self._snapshot_s)
        worn = [one.argument for one in beginning.commands if one.name == "load_avatar"]
        settings = self._settings | {"ports": {**_CLOSED, **(self._ports or _FREE)}}
        if worn and self._has(worn[-1]):
            settings["avatar"] = worn[-1]
        self._heard_s = self._clock()
        try:
            self._process = FaceProcess(settings, is_forked=self._is_forked(), on_end=self._abandon)
        except StartingError:
            self._asked_s = self._asked_s or self._clock()
            self._retry_s = self._clock() + FORK_RETRY_S
            return
        except OSError as error:
            self._failed(str(error))
        self._starts += 1
        self._asked_s = None

    def _abandon(self) -> None:
        """Its process has ended, on a thread of that: what is asked of it is not waited for."""
        if (client := self._client) is not None:
            client.abandon()

    def _is_forked(self) -> bool:
        """Whether the fork server is asked for its process: it is there soon enough, and no process of it has failed."""
        is_late = self._asked_s is not None and self._clock() - self._asked_s > FORK_S
        return not is_late and self._failures == 0 and can_fork()

    def _has(self, worn: str) -> bool:
        """Whether an avatar can be found here: not one by its folder, or from the shelf of another machine."""
        try:
            return Shelf(local=self._shelf).resolve(worn) is not None
        except AvatarError:
            return False

    def _await(self, timeout_s: float) -> None:
        """Wait until its process listens; a failure is reported, and it is tried again later."""
        assert self._process is not None
        try:
            opened = self._process.opened(timeout_s)
            if opened is None:
                return
            self._ports = {name: getattr(opened, f"{name}_port") for name in _FREE}
            host = self._settings.get("bind", "")
            self._face = msgspec.structs.replace(opened, name=self._name, host=host, node=self._node)
            self._client = ControlClient(
                host=host or "127.0.0.1",
                control_port=opened.control_port,
                request_port=opened.request_port,
                key=self._key,
                timeout_s=ANSWER_S,
                keeps_connection=True,
            )
        except OmoteError as error:
            self._failed(str(error))
        self._heard_s = self._clock()

    def _failed(self, why: str) -> None:
        self._drop(why)
        self._failures += 1
        if self._failures >= OWN_PORT_STARTS:
            self._ports = {}
        first_s, most_s = RETRY_S
        self._retry_s = self._clock() + min(most_s, first_s * 2 ** (self._failures - 1))

    def _report(self) -> FaceReport:
        frames = 0
        if self._client is not None:
            try:
                if self._beginning is not None:
                    restore(self._beginning, self._client)
                    self._beginning = None
                status = self._client.request(Command(name="status")).status
                snapshot = self._client.request(Command(name="snapshot")).snapshot
            except NoAnswerError as error:
                # on a machine that is only slow, each further start would make it slower still
                hung_s = HUNG_S * 2 ** min(self._failures, HUNG_DOUBLINGS)
                if self._clock() - self._heard_s > hung_s and self._process is not None:
                    self._process.kill()
                    self._failed(f"it did not answer for {hung_s:g} s: {error}")
            else:
                self._heard_s = self._snapshot_s = self._clock()
                self._snapshot = snapshot or self._snapshot
                if status is not None:
                    self._failures = 0
                    frames, self._face = status.frames, _described(self._face, status)
        return FaceReport(
            face=self._face,
            snapshot=self._snapshot,
            frames=frames,
            restarts=max(0, self._starts - 1),
            pid=self._process.pid if self._process else 0,
        )

    def _drop(self, why: str) -> None:
        """Close what there is of its process."""
        if self._client is not None:
            self._client.close()
        if self._process is not None:
            self._process.close()
        self._client = self._process = None
        self._face = FaceStatus(name=self._name, node=self._node, stream=self._face.stream, failure=why)


def _described(face: FaceStatus, status: Status) -> FaceStatus:
    """A face with what its status says of it."""
    latency = [stage.p50_ms for stage in status.stages if stage.name == "latency"]
    return msgspec.structs.replace(
        face,
        worn=status.worn,
        fps=status.fps,
        drivers=sorted({driver.source for driver in status.drivers}),
        latency_ms=latency[0] if latency else 0.0,
        sent_bytes_s=status.sent_bytes_s,
        node_load=machine_load(),
    )


def machine_load() -> float:
    """Processes of this machine that want a core, for each core of it, mean of a minute; 0 where that is not known."""
    if sys.platform == "win32":
        return 0.0
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def address_of(face: FaceStatus, key: ClientKey | None) -> RuntimeAddress:
    """Where a client reaches a face that a report describes."""
    return RuntimeAddress(
        face.host or "127.0.0.1", face.control_port, face.request_port, face.publish_port, key, face.stream
    )
