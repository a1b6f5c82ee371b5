"""A real runtime in a thread of the test: the null engine, whose bars show every channel's value."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from omote.client import ControlClient
from protocol.messages import Command, Status
from runtime.config import RunConfig, load_config
from runtime.face_configs import face_configs
from runtime.runtime import Runtime
from tests.ports import free_ports
from tests.waiting import PATIENCE_S

#: Opening takes longest on a busy machine: drivers compile, and networks are loaded.
OPENS_S = 5 * PATIENCE_S
PORTS = ("control", "request", "publish", "osc", "vmc", "panel")


@dataclass(frozen=True, slots=True)
class LiveRuntime:
    """One that runs now, and where it listens."""

    runtime: Runtime
    ports: dict[str, int]

    def status(self) -> Status:
        """Its status, asked through its port: in this process only the thread of its loop may read it."""
        with ControlClient(request_port=self.ports["request"], timeout_s=PATIENCE_S) as client:
            status = client.request(Command(name="status")).status
        assert status is not None
        return status


def private_rings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let runtimes and readers of this test and its processes keep their shared memory in a folder of the test."""
    folder = tmp_path / "user"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder / "omote"


def chosen_ports() -> dict[str, int]:
    """A free one for each of the runtime's, so that it can be started twice on the same."""
    kinds = {"osc": socket.SOCK_DGRAM, "vmc": socket.SOCK_DGRAM}
    return {name: free_ports(1, kinds.get(name, socket.SOCK_STREAM))[0] for name in PORTS}


@contextmanager
def live_faces(
    folder: Path, *avatars: str, publish: tuple[str, ...] = (), **settings: Any
) -> Iterator[Runtime]:
    """Run several faces on free ports until the end of the block.

    Args:
        folder: of takes and avatars.
        avatars: as of `face_configs`.
        publish: names of publishers.
        settings: further fields of RunConfig.
    """
    ports: dict[str, int | None] = dict.fromkeys(PORTS, 0)
    if "browser" not in publish:
        ports["panel"] = None
    table = {
        "engine": "null", "performance": "none", "fps": 100.0, "size": 128, "publish": publish, "ports": ports,
        "takes": str(folder / "takes"), "avatars": str(folder / "avatars"),
    } | settings  # fmt: skip
    with _running(face_configs(load_config(None, table), avatars)) as runtime:
        yield runtime


@contextmanager
def live_runtime(
    folder: Path, *, ports: dict[str, int] | None = None, publish: tuple[str, ...] = (), **settings: Any
) -> Iterator[LiveRuntime]:
    """Run until the end of the block.

    Args:
        folder: of takes and avatars.
        ports: None = free ones.
        publish: names of publishers.
        settings: further fields of RunConfig.
    """
    ports = ports or chosen_ports()
    used: dict[str, int | None] = {**ports}
    if "browser" not in publish:
        used["panel"] = None
    config = load_config(
        None,
        {
            "engine": "null", "performance": "none", "fps": 100.0, "size": 256, "publish": publish, "ports": used,
            "takes": str(folder / "takes"), "avatars": str(folder / "avatars"),
        } | settings,
    )  # fmt: skip
    with _running(config) as runtime:
        yield LiveRuntime(runtime, ports)


@contextmanager
def _running(config: RunConfig | Mapping[str, RunConfig]) -> Iterator[Runtime]:
    opened, held = threading.Event(), list[Runtime]()

    def live() -> None:
        with Runtime(config) as runtime:
            held.append(runtime)
            opened.set()
            runtime.run()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        assert opened.wait(OPENS_S)
        yield held[0]
    finally:
        for runtime in held:
            runtime.loop.stop()
        thread.join(OPENS_S)
