"""KeeperActor: the actor of a fleet that keeps its faces, one on the head node; `RayPlacing` lets Ray place them.

    keeper = start_keeper(FleetPlan(is_local=False, port=5569))

Ray decides on which node an actor runs, and starts it again elsewhere when its node is lost. Only orders, signs of life and
avatars pass through Ray; pixels go from the runtime to who shows them.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from typing import Any, Final

import msgspec
import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import (
    In,
    NodeLabelSchedulingStrategy,
    NotIn,
    PlacementGroupSchedulingStrategy,
)

from cluster.ray_cluster import LOCAL, NAMESPACE
from omote.fleet.avatar_cargo import AvatarCargo
from omote.fleet.directory_port import DirectoryPort
from omote.fleet.face_actor import KEEPER, Access, FaceActor, actor_name, version
from omote.fleet.face_host import FaceReport, Kit
from omote.fleet.face_spec import FaceSpec
from omote.fleet.fleet_keys import CLIENT_FILE, make_fleet_keys
from omote.fleet.keeper import Keeper
from protocol.addresses import LOOPBACK
from protocol.fleet_place import fleet_folder
from protocol.keys import TOKEN_FILE
from protocol.messages import FaceStatus

#: A resource that only the head node has.
HEAD: Final = "node:__internal_head__"
#: How the placement groups of a fleet begin.
GROUPS: Final = "omote-fleet-"
#: Label that Ray gives to each node.
NODE_ID: Final = "ray.io/node-id"


class FleetPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What all actors of a fleet know.

    Attributes:
        is_local: one machine, everything on loopback, without keys.
        port: of the directory.
        together: all faces of one `up` on as few nodes as they fit on.
    """

    is_local: bool
    port: int
    together: bool = False


class RayPlacing:
    """A `Placing` by Ray."""

    def __init__(self, plan: FleetPlan) -> None:
        self._plan = plan
        self._groups: dict[str, Any] = {}
        self._begun: dict[tuple[str, int], Any] = {}

    def group(self, specs: list[FaceSpec]) -> None:
        """Let these faces be placed on as few nodes as they fit on."""
        bundles = [{"CPU": spec.cpus} | ({"GPU": spec.gpus} if spec.gpus else {}) for spec in specs]
        name = GROUPS + secrets.token_hex(8)
        group = ray.util.placement_group(bundles, strategy="PACK", name=name, lifetime="detached")
        for index, spec in enumerate(specs):
            self._groups[spec.name] = PlacementGroupSchedulingStrategy(
                group, placement_group_bundle_index=index
            )

    def end_groups(self) -> None:
        """Give back what groups have set aside, also those that a keeper before this one has made."""
        self._groups.clear()
        for one in ray.util.placement_group_table().values():
            if one["name"].startswith(GROUPS) and one["state"] != "REMOVED":
                with suppress(ValueError):  # another namespace's
                    ray.util.remove_placement_group(ray.util.get_placement_group(one["name"]))

    def start(self, spec: FaceSpec, generation: int, node: str, *, avoid: str) -> None:
        """See `Placing`."""
        where: Any = self._groups.get(spec.name, "SPREAD")
        if node:
            where = NodeLabelSchedulingStrategy(hard={}, soft={NODE_ID: In(node)})
        elif avoid:
            where = NodeLabelSchedulingStrategy(hard={}, soft={NODE_ID: NotIn(avoid)})
        actor = (
            ray.remote(FaceActor)
            .options(
                name=actor_name(spec.name, generation),
                namespace=NAMESPACE,
                lifetime="detached",
                get_if_exists=True,
                max_restarts=-1,
                max_concurrency=4,
                num_cpus=spec.cpus,
                num_gpus=spec.gpus,
                scheduling_strategy=where,
            )
            .remote(spec, generation, is_local=self._plan.is_local)
        )
        self._begun[spec.name, generation] = actor.node.remote()

    def end(self, name: str, generation: int) -> None:
        """See `Placing`."""
        self._begun.pop((name, generation), None)
        with suppress(ValueError, RayError):  # ValueError: there is none
            ray.kill(ray.get_actor(actor_name(name, generation), namespace=NAMESPACE))

    def trouble(self, name: str, generation: int) -> str:
        """See `Placing`."""
        begun = self._begun.get((name, generation))
        if begun is None or not ray.wait([begun], timeout=0)[0]:
            return ""
        try:
            ray.get(begun)
        except RayError as error:
            return " ".join(str(error).split())[:300]
        self._begun.pop((name, generation), None)
        return ""


class KeeperActor:
    """Runs on the head node. Its state is on disk, so that it goes on when Ray starts it again."""

    def __init__(self, plan: FleetPlan) -> None:
        self.plan = plan
        folder = fleet_folder() / LOCAL if plan.is_local else fleet_folder()
        keys = folder / "keys"
        self._access = Access()
        if not plan.is_local:
            runtime = make_fleet_keys(keys)
            client = {CLIENT_FILE: (keys / CLIENT_FILE).read_text("utf-8"), TOKEN_FILE: runtime[TOKEN_FILE]}
            self._access = Access(runtime, client)
        self._placing = RayPlacing(plan)
        self._keeper = Keeper(
            folder, self._placing, version=version(), key=self._access.key(), clock=time.monotonic
        )
        self._host = LOOPBACK if plan.is_local else ray.util.get_node_ip_address()
        self._port = DirectoryPort(
            self._keeper.directory.answer,
            host=self._host,
            port=plan.port,
            keys=None if plan.is_local else keys,
        )
        self._keeper.resume()

    def place(self) -> tuple[str, int]:
        """Host and port of the directory."""
        return self._host, self._port.port

    def niceness(self) -> int:
        """Of the processes that Ray starts: 0 = they have the priority of other programs; 0 where that is not known."""
        return os.getpriority(os.PRIO_PROCESS, 0) if hasattr(os, "getpriority") else 0

    def process(self) -> int:
        """The number of its process: another one after Ray has started it again."""
        return os.getpid()

    def access(self) -> Access:
        """The fleet's keys."""
        return self._access

    def add(self, specs: list[FaceSpec], cargos: dict[str, AvatarCargo], *, together: bool) -> None:
        """See `Keeper.add`."""
        if together:
            self._placing.group(specs)
        self._keeper.add(specs, cargos)

    def kit(self, name: str) -> Kit | None:
        """See `Keeper.kit`."""
        return self._keeper.kit(name)

    def hear(self, name: str, generation: int, omote_version: str, report: FaceReport) -> bool:
        """See `Keeper.hear`."""
        return self._keeper.hear(name, generation, omote_version, report)

    def faces(self) -> list[FaceStatus]:
        """All faces as they are now."""
        self._keeper.look_after()
        return self._keeper.directory.faces(time.monotonic())

    def report(self, name: str, generation: int) -> FaceReport | None:
        """The last sign of life of a generation of a face."""
        return self._keeper.directory.report(name, generation)

    def move(self, name: str, node: str) -> int:
        """See `Keeper.move`."""
        return self._keeper.move(name, node)

    def give_up_move(self, name: str) -> None:
        """See `Keeper.give_up_move`."""
        self._keeper.give_up_move(name)

    def generation(self, name: str) -> int:
        """See `Keeper.generation`."""
        return self._keeper.generation(name)

    def remember(self, name: str, cargo: AvatarCargo) -> None:
        """See `Keeper.remember`."""
        self._keeper.remember(name, cargo)

    def stop(self, name: str) -> None:
        """See `Keeper.stop`."""
        self._keeper.stop(name)

    def down(self) -> None:
        """End all faces, and the directory."""
        self._keeper.down()
        self._placing.end_groups()
        self._port.close()


def start_keeper(plan: FleetPlan) -> Any:
    """The fleet's keeper: the one that there is, or a new one on the head node."""
    return (
        ray.remote(KeeperActor)
        .options(
            name=KEEPER,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            max_restarts=-1,
            max_concurrency=16,
            num_cpus=0,
            resources={HEAD: 0.001},
        )
        .remote(plan)
    )
