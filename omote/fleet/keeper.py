"""Keeper: the faces that a fleet is to have, on disk, and the orders that follow from what is heard of them.

The keeper decides nothing about machines: it tells a `Placing` to start or end a generation of a face, and Ray finds the
place. It is the body of the actor in `omote.fleet.keeper_actor`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from omote.client import ControlClient, NoAnswerError
from omote.fleet.avatar_cargo import AvatarCargo
from omote.fleet.directory import DRAIN_S, Directory, Heard
from omote.fleet.errors import FleetError
from omote.fleet.face_host import FaceReport, Kit, address_of
from omote.fleet.face_spec import FaceSpec
from omote.fleet.snapshots import restore, take
from omote.fleet.wanted_faces import WantedFace, WantedFaces
from protocol.keys import ClientKey
from protocol.messages import FaceStatus

logger = logging.getLogger(__name__)


class Placing(Protocol):
    """Starts and ends processes of faces somewhere. Neither waits."""

    def start(self, spec: FaceSpec, generation: int, node: str, *, avoid: str) -> None:
        """Start a generation of a face, unless it is there: on a node ("" = any), and rather not on the node `avoid`."""
        ...

    def end(self, name: str, generation: int) -> None:
        """End a generation of a face, if it is there."""
        ...

    def trouble(self, name: str, generation: int) -> str:
        """Why it could not be started; "" = not known to have failed."""
        ...


class Keeper:
    """Any thread.

    Args:
        folder: for the state; what is there is taken up again.
        placing: where faces run.
        version: of Omote here; hosts of another one are refused.
        key: opens the faces; None on loopback.
        clock: monotonic seconds.

    Raises:
        FleetError: what is there is damaged.
    """

    def __init__(
        self,
        folder: Path,
        placing: Placing,
        *,
        version: str,
        key: ClientKey | None,
        clock: Callable[[], float],
    ) -> None:
        self._store = WantedFaces(folder)
        self._placing, self._version, self._key, self._clock = placing, version, key, clock
        self._lock = threading.Lock()
        self._leaving: dict[tuple[str, int], float] = {}
        self._moving: set[str] = set()
        self._switching: set[tuple[str, int]] = set()  # moves whose faces are being asked
        self._given_up: set[tuple[str, int]] = set()  # moves, of which a last sign of life may still come
        self.directory = Directory()
        self._wanted = self._store.load()
        for name, wanted in self._wanted.items():
            self.directory.add(name, wanted.generation, clock())

    def add(self, specs: list[FaceSpec], cargos: dict[str, AvatarCargo]) -> None:
        """Start faces.

        Args:
            cargos: of the avatars of the specs.

        Raises:
            FleetError: a face of this name is there; none is started.
        """
        with self._lock:
            if twice := [spec.name for spec in specs if spec.name in self._wanted]:
                raise FleetError(
                    f"the fleet has {', '.join(twice[:5])} already; stop it first: omote fleet stop {twice[0]}, or choose "
                    f"another name: other-{twice[0]}={twice[0]}"
                )
            digests = {avatar: self._store.keep(cargo) for avatar, cargo in cargos.items()}
            for spec in specs:
                worn = cargos[spec.avatar].name
                self._wanted[spec.name] = WantedFace(spec, worn, digests[spec.avatar], 1)
                self.directory.add(spec.name, 1, self._clock())
            self._save()
        for spec in specs:
            self._placing.start(spec, 1, "", avoid="")

    def resume(self) -> None:
        """Start the faces that are to be there and are not: after Ray was started anew, all of them."""
        for wanted in list(self._wanted.values()):
            self._placing.start(wanted.spec, wanted.generation, "", avoid="")

    def kit(self, name: str) -> Kit | None:
        """For the host of a face; None = the face is no longer wanted.

        Raises:
            FleetError: its avatar's file is gone or damaged.
        """
        with self._lock:
            if (wanted := self._wanted.get(name)) is None:
                return None
            return Kit(self._store.cargo(wanted), self.directory.snapshot(name))

    def hear(self, name: str, generation: int, version: str, report: FaceReport) -> bool:
        """Note a sign of life; returns whether this generation is still wanted."""
        now_s = self._clock()
        if version != self._version:
            text = f"its machine has Omote {version}, and the fleet was started with {self._version}; install the same"
            face = FaceStatus(name=name, node=report.face.node, failure=text)
            report = msgspec.structs.replace(report, face=face)
        heard = self.directory.hear(name, generation, report, now_s)
        if heard is Heard.WARM:
            self._switch(name, generation, report.face)
        if heard is Heard.UNWANTED:
            self._leaving.setdefault((name, generation), now_s - DRAIN_S)
        self._end_leaving(now_s)
        return heard is not Heard.UNWANTED

    def move(self, name: str, node: str) -> int:
        """Start a face once more, elsewhere; readers are told when that one draws. Returns the generation that comes.

        Args:
            node: where; "" = where Ray finds room, rather not where it is.

        Raises:
            FleetError: there is no such face, or it is moved already.
        """
        with self._lock:
            wanted = self._face(name)
            if name in self._moving:
                raise FleetError(f"{name} is moved already; wait until it is there: omote fleet where {name}")
            self._moving.add(name)
            self._given_up.discard((name, wanted.generation + 1))
        report = self.directory.report(name)
        at = report.face.node if report else ""
        self._placing.start(wanted.spec, wanted.generation + 1, node, avoid=at)
        return wanted.generation + 1

    def give_up_move(self, name: str) -> None:
        """End what comes of a move; the face stays where it is."""
        with self._lock:
            generation = self._face(name).generation + 1
            self._moving.discard(name)
            self._given_up.add((name, generation))
        self._placing.end(name, generation)

    def remember(self, name: str, cargo: AvatarCargo) -> None:
        """A face wears another avatar from now on.

        Raises:
            FleetError: there is no such face.
        """
        with self._lock:
            wanted = self._face(name)
            self._wanted[name] = msgspec.structs.replace(
                wanted, avatar=cargo.name, digest=self._store.keep(cargo)
            )
            self._save()

    def generation(self, name: str) -> int:
        """The one that is named.

        Raises:
            FleetError: there is no such face.
        """
        return self._face(name).generation

    def stop(self, name: str) -> None:
        """End a face.

        Raises:
            FleetError: there is no such face.
        """
        with self._lock:
            generation = self._drop(name)
            self._save()
        self._end(name, generation)

    def down(self) -> None:
        """End all faces, and forget them."""
        with self._lock:
            generations = {name: self._drop(name) for name in list(self._wanted)}
            self._store.forget()
        for name, generation in generations.items():
            self._end(name, generation)

    def look_after(self) -> None:
        """Note which faces could not be started."""
        for name, wanted in list(self._wanted.items()):
            if why := self._placing.trouble(name, wanted.generation):
                self.directory.trouble(name, why)

    def _drop(self, name: str) -> int:
        """Forget a face; returns its generation."""
        generation = self._face(name).generation
        del self._wanted[name]
        self._moving.discard(name)
        self.directory.remove(name)
        # a new face of this name begins with the first generation again, and is not to be ended as the old one
        for kept in [kept for kept in [*self._leaving, *self._given_up] if kept[0] == name]:
            self._leaving.pop(kept, None)
            self._given_up.discard(kept)
        self._switching = {move for move in self._switching if move[0] != name}
        return generation

    def _end(self, name: str, generation: int) -> None:
        """End a face's process, that which it has moved from, and that to which it moves."""
        for each in (generation - 1, generation, generation + 1):
            self._placing.end(name, each)

    def _switch(self, name: str, generation: int, face: FaceStatus) -> None:
        """Make the new generation what the old one is now, and name it.

        The lock is free while both are asked: one that does not answer would stop the whole fleet for seconds.
        """
        move = (name, generation)
        with self._lock:
            wanted = self._face(name)
            if wanted.generation >= generation or move in self._given_up or move in self._switching:
                return
            self._switching.add(move)
            old = self.directory.report(name)
        has_asked = False
        try:
            if old is not None and not old.face.failure:
                self._hand_over(name, old.face, face)
            has_asked = True
        finally:
            with self._lock:
                # unless it was stopped, or the move given up, in the meantime
                if has_asked and move in self._switching and move not in self._given_up:
                    self._lead_to(name, generation)
                self._switching.discard(move)

    def _hand_over(self, name: str, old: FaceStatus, new: FaceStatus) -> None:
        try:
            with _client(old, self._key) as source, _client(new, self._key) as target:
                restore(take(source), target)
        except NoAnswerError as error:
            logger.warning("%s has moved with what it held half a second ago: %s", name, error)

    def _lead_to(self, name: str, generation: int) -> None:
        """Name a face's new generation; the lock is held."""
        wanted, now_s = self._face(name), self._clock()
        self.directory.switch(name, generation, now_s)
        self._wanted[name] = msgspec.structs.replace(wanted, generation=generation)
        self._leaving[name, wanted.generation] = now_s
        self._moving.discard(name)
        self._save()

    def _end_leaving(self, now_s: float) -> None:
        for (name, generation), since_s in list(self._leaving.items()):
            if now_s - since_s >= DRAIN_S:
                self._leaving.pop((name, generation), None)
                self._placing.end(name, generation)

    def _face(self, name: str) -> WantedFace:
        try:
            return self._wanted[name]
        except KeyError:
            known = ", ".join(list(self._wanted)[:20]) or "none"
            raise FleetError(f"the fleet has no face {name!r:.80}; there are: {known}") from None

    def _save(self) -> None:
        self._store.save(self._wanted.values())


def _client(face: FaceStatus, key: ClientKey | None) -> ControlClient:
    address = address_of(face, key)
    return ControlClient(
        host=address.host,
        control_port=address.control_port,
        request_port=address.request_port,
        key=key,
        keeps_connection=True,
    )
