"""A publisher that follows a face between two real runtimes, by a real directory."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from bridge.sending.face_address import find_in_fleet
from bridge.sending.face_follower import FaceFollower
from bridge.sending.publisher import ControlPublisher
from omote.fleet.directory import Directory
from omote.fleet.directory_port import DirectoryPort
from omote.fleet.face_host import FaceReport
from protocol.fleet_place import FleetPlace, write_fleet_place
from protocol.messages import ControlMessage, FaceStatus, Snapshot
from tests.live_runtime import LiveRuntime, live_runtime
from tests.waiting import until

LONG_S = 1e6


def name_it(directory: Directory, runtime: LiveRuntime) -> None:
    """Let the directory say that the face is there."""
    face = FaceStatus(name="kofi", control_port=runtime.ports["control"])
    report = FaceReport(face=face, snapshot=Snapshot(), frames=9, restarts=0, pid=1)
    directory.hear("kofi", 1, report, time.monotonic() + LONG_S)


def test_messages_go_where_the_face_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    directory = Directory()
    directory.add("kofi", 1, time.monotonic())
    with (
        live_runtime(tmp_path / "a") as one,
        live_runtime(tmp_path / "b") as other,
        closing(DirectoryPort(directory.answer, host="127.0.0.1", port=0, keys=None)) as port,
    ):
        write_fleet_place(FleetPlace(port=port.port))
        name_it(directory, one)
        found = find_in_fleet("kofi")
        assert found is not None
        message = ControlMessage(layer="pose", source="head", values={"yaw": 0.2}, ttl_s=0.5)
        with (
            ControlPublisher(found[0]) as publisher,
            FaceFollower(publisher, lambda: find_in_fleet("kofi"), ask_s=0.01),
        ):

            def drives(runtime: LiveRuntime) -> bool:
                publisher.send([message])
                return bool(runtime.status().drivers)

            until(lambda: drives(one))
            assert not other.status().drivers
            name_it(directory, other)
            until(lambda: drives(other))
            until(lambda: drives(other) and not one.status().drivers)
