"""Fleet: starts, changes and ends a fleet from any node of a Ray cluster.

with Fleet.begin("auto", FleetPlan(is_local=False, port=5569)) as fleet:
    fleet.up(specs)
with Fleet.found() as fleet:
    fleet.move("kofi")
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from cluster.errors import NoRayError
from cluster.ray_cluster import AUTO, LOCAL, NAMESPACE, Share, check_room, connect, need_ray, node_id
from omote.fleet.avatar_cargo import pack_avatar
from omote.fleet.errors import FleetError
from omote.fleet.face_actor import KEEPER, Access, actor_name
from omote.fleet.face_host import FaceReport
from omote.fleet.face_spec import FaceSpec
from omote.fleet.fleet_keys import CLIENT_FILE
from omote.fleet.keeper_actor import FleetPlan, start_keeper
from omote.fleet.wanted_faces import WantedFaces
from protocol.errors import FileError
from protocol.fleet_place import (
    FleetPlace,
    fleet_folder,
    forget_fleet_place,
    read_fleet_place,
    write_fleet_place,
)
from protocol.messages import FaceStatus, Reply
from protocol.private_file import write_private

POLL_S: Final = 0.5
#: Longer than `FaceActor.wear` takes at most, and its avatar on its way.
WEAR_ANSWER_S: Final = 30.0


class Fleet:
    """Use it from one thread; `begin` and `found` connect to Ray, `close` leaves it."""

    def __init__(self, keeper: Any) -> None:
        self._ray = need_ray()
        self._keeper = keeper
        self._own = ""  # address of a Ray that ends with this process

    @classmethod
    def begin(cls, address: str, plan: FleetPlan, *, cpus: int | None = None) -> Self:
        """Connect, and start what keeps the fleet; this user's commands find it from now on.

        Args:
            address, cpus: as of `connect`.

        Raises:
            NoRayError: Ray cannot be used.
            FleetError: the directory cannot be opened.
        """
        connect(address, cpus=cpus)
        if plan.is_local:  # that of a Ray which was ended before its fleet
            WantedFaces(fleet_folder() / LOCAL).forget()
        fleet = cls(start_keeper(plan))
        host, port = fleet._ask("place")
        access: Access = fleet._ask("access")
        for name, text in access.client.items():
            write_private(fleet_folder() / name, text)
        key = fleet_folder() / CLIENT_FILE if access.client else None
        at = fleet._ray.get_runtime_context().gcs_address
        write_fleet_place(FleetPlace(host, port, key, at))
        fleet._own = at if plan.is_local else ""
        return fleet

    @classmethod
    def found(cls) -> Self:
        """Connect to the fleet of this user, or to that of the Ray on this machine.

        Raises:
            NoRayError: Ray cannot be used.
            FleetError: there is no fleet.
        """
        place = read_fleet_place()
        connect(place.ray if place is not None and place.ray else AUTO)
        try:
            return cls(need_ray().get_actor(KEEPER, namespace=NAMESPACE))
        except ValueError as error:
            need_ray().shutdown()
            raise FleetError("no fleet runs in this Ray; start one: omote fleet up kofi") from error

    def up(self, specs: list[FaceSpec], *, together: bool = False) -> None:
        """Start faces; returns before they draw.

        Args:
            together: on as few nodes as they fit on.

        Raises:
            ClusterError: there is no room.
            FleetError: a face of this name is there.
            AvatarError: an avatar cannot be read.
        """
        check_room([Share(spec.cpus, spec.gpus) for spec in specs], "faces")
        cargos = {avatar: pack_avatar(avatar) for avatar in {spec.avatar for spec in specs}}
        self._ask("add", specs, cargos, together=together)

    def faces(self) -> list[FaceStatus]:
        """All faces as they are now."""
        found: list[FaceStatus] = self._ask("faces")
        return found

    def report(self, name: str) -> FaceReport:
        """The last sign of life of a face.

        Raises:
            FleetError: there is no such face, or it was never heard.
        """
        found: FaceReport | None = self._ask("report", name, self._ask("generation", name))
        if found is None:
            raise FleetError(f"the face {name} was never heard; is it there? omote fleet where {name}")
        return found

    def niceness(self) -> int:
        """Of the processes that Ray starts, a face among them; 0 = they have the priority of other programs."""
        found: int = self._ask("niceness")
        return found

    def keeper_process(self) -> int:
        """The number of the keeper's process on the head node.

        Raises:
            NoRayError: it is being started again.
        """
        found: int = self._ask("process")
        return found

    def wait(
        self, timeout_s: float, *, progress: Callable[[list[FaceStatus]], None] = lambda faces: None
    ) -> list[FaceStatus]:
        """Wait until every face draws, at most `timeout_s`; returns them as they are then."""
        ends_s = time.monotonic() + timeout_s
        while True:
            faces = self.faces()
            progress(faces)
            if not any(face.failure for face in faces) or time.monotonic() > ends_s:
                return faces
            time.sleep(POLL_S)

    def wear(self, name: str, avatar: str) -> Reply:
        """Let a face wear another avatar, also after it was started again.

        Raises:
            FleetError: there is no such face, or it does not draw now.
            AvatarError: the avatar cannot be read.
        """
        cargo, generation = pack_avatar(avatar), self._ask("generation", name)
        face = next(face for face in self.faces() if face.name == name)
        if face.failure:
            raise FleetError(
                f"{name} does not draw now: {face.failure}; ask again when it does: omote fleet where {name}"
            )
        try:
            actor = self._ray.get_actor(actor_name(name, generation), namespace=NAMESPACE)
        except ValueError as error:
            raise FleetError(
                f"{name} ends or moves right now; ask again: omote fleet where {name}"
            ) from error
        asked = actor.wear.remote(cargo)
        try:
            reply: Reply = self._get(asked, timeout_s=WEAR_ANSWER_S)
        except self._ray.exceptions.GetTimeoutError as error:
            self._ray.cancel(asked)
            raise FleetError(
                f"{name} has not answered for {WEAR_ANSWER_S:g} s; its machine may be lost: omote fleet where {name}"
            ) from error
        if reply.ok:
            self._ask("remember", name, cargo)
        return reply

    def move(self, name: str, node: str = "", *, timeout_s: float = 60.0) -> FaceStatus:
        """Move a face; returns when readers are told, and how the face is then.

        Args:
            node: an address, a name or the beginning of an id of a node; "" = another one, where there is room.

        Raises:
            ClusterError: there is no such node.
            FleetError: there is no such face, or the new process did not draw in time: it is ended, and the face
                stays where it was.
        """
        coming = self._ask("move", name, node_id(node) if node else "")
        ends_s = time.monotonic() + timeout_s
        while self._ask("generation", name) < coming:
            if time.monotonic() > ends_s:
                report = self._ask("report", name, coming)
                self._ask("give_up_move", name)
                why = report.face.failure if report else "Ray found no room for it"
                raise FleetError(
                    f"{name} stays where it was: its new process did not draw within {timeout_s:g} s ({why})"
                )
            time.sleep(POLL_S)
        return next(face for face in self.faces() if face.name == name)

    def stop(self, name: str) -> None:
        """End a face.

        Raises:
            FleetError: there is no such face.
        """
        self._ask("stop", name)

    def down(self) -> None:
        """End the fleet."""
        self._ask("down")
        self._ray.kill(self._keeper)
        forget_fleet_place()

    def close(self) -> None:
        """Leave Ray; one that was started by `begin` ends, and with it the fleet."""
        self._ray.shutdown()
        with suppress(FileError):
            if self._own and (place := read_fleet_place()) is not None and place.ray == self._own:
                forget_fleet_place()  # or else every command would first wait for an answer from there

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self._get(getattr(self._keeper, method).remote(*arguments, **options))

    def _get(self, reference: Any, timeout_s: float | None = None) -> Any:
        """A result; what was raised by an actor is raised here as it was.

        Raises:
            GetTimeoutError: it did not come within `timeout_s`; of Ray.
            NoRayError: the actor cannot be reached.
        """
        from ray.exceptions import GetTimeoutError, RayError, RayTaskError

        try:
            return self._ray.get(reference, timeout=timeout_s)
        except GetTimeoutError:
            raise
        except RayTaskError as error:
            if isinstance(error.cause, Exception):
                raise error.cause from None
            raise
        except RayError as error:
            raise NoRayError(
                f"the fleet's keeper does not answer: {' '.join(str(error).split())[:300]}"
            ) from error
