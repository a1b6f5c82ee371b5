"""FaceActor: the actor of one face, on whichever node Ray chose; it keeps the runtime's process alive.

It imports no more than it needs: each actor is a process of its own, which begins with importing.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
import ray
from ray.exceptions import RayError, RayTaskError

from cluster.ray_cluster import NAMESPACE
from omote.fleet.avatar_cargo import AvatarCargo, unpack_avatar
from omote.fleet.face_folders import make_face_folder
from omote.fleet.face_host import FaceHost, FaceReport, Kit
from omote.fleet.face_spec import FaceSpec
from omote.fleet.fleet_keys import CLIENT_FILE, lay_out_keys
from omote.fleet.wishes import Wishes
from protocol.keys import ClientKey, read_client_key
from protocol.messages import FaceStatus, Reply, Snapshot

KEEPER: Final = "omote-fleet"
BEAT_S: Final = 0.5
#: How long a face may take until it begins to wear another avatar: it looks twice a second, once its process is started.
WEAR_S: Final = 10.0
#: After an error that no host expects.
AGAIN_S: Final = 2.0


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
