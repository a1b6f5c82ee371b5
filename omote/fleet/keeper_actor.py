"""The two kinds of actors of a fleet: `FaceActor`, one for each runtime's process, and `KeeperActor`, one for the fleet.

Ray decides on which node an actor runs, and starts it again elsewhere when its node is lost. Only orders, signs of life and
avatars pass through Ray; pixels go from the runtime to who shows them.
"""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import shutil
import tempfile
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import ray
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import (
    In,
    NodeLabelSchedulingStrategy,
    NotIn,
    PlacementGroupSchedulingStrategy,
)

from cluster.ray_cluster import LOCAL, NAMESPACE
from omote.fleet.avatar_cargo import AvatarCargo, unpack_avatar
from omote.fleet.directory_port import DirectoryPort
from omote.fleet.face_folders import make_face_folder
from omote.fleet.face_host import FaceHost, FaceReport
from omote.fleet.face_spec import FaceSpec
from omote.fleet.fleet_keys import CLIENT_FILE, lay_out_keys, make_fleet_keys
from omote.fleet.keeper import Keeper, Kit
from omote.fleet.wishes import Wishes
from protocol.addresses import LOOPBACK
from protocol.fleet_place import fleet_folder
from protocol.keys import TOKEN_FILE, ClientKey, read_client_key
from protocol.messages import FaceStatus, Reply, Snapshot

KEEPER: Final = "omote-fleet"
#: A resource that only the head node has.
HEAD: Final = "node:__internal_head__"
BEAT_S: Final = 0.5
#: How long a face may take until it begins to wear another avatar: it looks twice a second, once its process is started.
WEAR_S: Final = 10.0
#: After an error that no host expects.
AGAIN_S: Final = 2.0
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


class Access(msgspec.Struct, frozen=True):
    """The keys of a fleet: file name -> text for the runtimes, and for clients; both empty on loopback.

    Clients have the key that opens every port, and the token of the panels.
    """

    runtime: dict[str, str] = {}
    client: dict[str, str] = {}

    def key(self) -> ClientKey | None:
        """The client key."""
        with tempfile.TemporaryDirectory(prefix="omote-") as made:
            if (text := self.client.get(CLIENT_FILE)) is None:
                return None
            path = Path(made) / CLIENT_FILE
            path.write_text(text, "utf-8")
            path.chmod(0o600)
            return read_client_key(path)


def version() -> str:
    """Of Omote, here."""
    return importlib.metadata.version("omote")


def actor_name(name: str, generation: int) -> str:
    """Under which Ray knows the actor of a face."""
    return f"omote-face-{name}-{generation}"


class FaceActor:
    """Runs on whichever node Ray chose. The face is kept alive on a thread, so that Ray's calls never wait for it."""

    def __init__(self, spec: FaceSpec, generation: int, *, is_local: bool) -> None:
        self._spec, self._generation, self._is_local = spec, generation, is_local
        self._node: str = ray.get_runtime_context().get_node_id()
        self._wishes = Wishes()
        self._is_ending = threading.Event()
        self._folder = make_face_folder()
        self._thread = threading.Thread(target=self._live, name="omote-face", daemon=True)
        self._thread.start()

    def node(self) -> str:
        """The id of the node where it runs."""
        return self._node

    def wear(self, cargo: AvatarCargo) -> Reply:
        """Show another avatar; returns the runtime's reply. See `Wishes.ask`."""
        return self._wishes.ask(cargo, WEAR_S)

    def end(self) -> None:
        """End the face's process."""
        self._is_ending.set()
        self._thread.join()

    def _live(self) -> None:
        try:
            while not self._is_ending.is_set():
                keeper, kit, access = self._equip()
                if kit is None:
                    break
                try:
                    self._keep(keeper, kit, access)
                except Exception as error:  # nobody waits for this thread: the directory says it
                    self._say(keeper, kit, f"{type(error).__name__}: {error}; it is tried again")
                    self._is_ending.wait(AGAIN_S)
        finally:
            self._wishes.withdraw()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _equip(self) -> tuple[Any, Kit | None, Access]:
        """What the face begins with; the keeper may be on its way."""
        while not self._is_ending.is_set():
            keeper: Any = None
            try:
                keeper = ray.get_actor(KEEPER, namespace=NAMESPACE)
                kit, access = ray.get([keeper.kit.remote(self._spec.name), keeper.access.remote()])
            except RayTaskError as error:  # its avatar cannot be read
                self._say(keeper, None, str(error.cause))
                self._is_ending.wait(AGAIN_S)
            except (RayError, ValueError):  # ValueError: no actor of this name
                self._is_ending.wait(BEAT_S)
            else:
                return keeper, kit, access
        return None, None, Access()

    def _keep(self, keeper: Any, kit: Kit, access: Access) -> None:
        spec, here = self._spec, version()
        settings: dict[str, Any] = {"performance": "none"} | spec.settings
        if not self._is_local:
            settings["bind"] = ray.util.get_node_ip_address()
            settings["keys"] = str(lay_out_keys(access.runtime, self._folder / "keys"))
        shelf = self._folder / "avatars"
        avatar = unpack_avatar(kit.cargo, shelf)
        host = FaceHost(
            {"avatar": avatar} | settings,
            name=spec.name,
            shelf=shelf,
            key=access.key(),
            node=self._node,
            snapshot=kit.snapshot,
        )
        self._say(keeper, kit, "it starts")
        with closing(host):
            while not self._is_ending.is_set():
                report = host.step(BEAT_S)
                keeper.hear.remote(spec.name, self._generation, here, report)
                self._wishes.fulfil(host.wear)

    def _say(self, keeper: Any, kit: Kit | None, failure: str) -> None:
        """Tell why it does not draw now."""
        report = FaceReport(
            face=FaceStatus(name=self._spec.name, node=self._node, failure=failure),
            snapshot=(kit and kit.snapshot) or Snapshot(),
            frames=0,
            restarts=0,
            pid=0,
        )
        keeper.hear.remote(self._spec.name, self._generation, version(), report)


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
