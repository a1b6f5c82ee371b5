"""A face in a real process: found, killed, and back as it was; drivers and readers need not be told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from omote.client import ControlClient
from omote.fleet import face_host
from omote.fleet.avatar_cargo import AvatarCargo, pack_avatar
from omote.fleet.face_host import FaceHost, FaceReport, machine_load
from omote.fleet.fleet_keys import CLIENT_FILE, make_fleet_keys
from omote.fleet.snapshots import aged
from protocol.channels import CHANNEL_INDEX
from protocol.keys import read_client_key
from protocol.messages import Command, ControlMessage, Snapshot, Status
from tests.live_runtime import private_rings
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[3]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]
HAPPY = CHANNEL_INDEX["emotion"]["happy"]
SETTINGS: dict[str, Any] = {
    "avatar": "kofi", "engine": "null", "performance": "none", "size": 128, "fps": 50.0, "publish": ["zeromq"],
}  # fmt: skip
STEP_S = 0.02


@pytest.fixture(autouse=True)
def _places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_rings(tmp_path, monkeypatch)
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[FaceHost]:
    with closing(FaceHost(SETTINGS, name="left", shelf=tmp_path / "shelf", node="n1")) as made:
        yield made


def drawn(host: FaceHost) -> FaceReport:
    """The first report of a face that draws."""
    reports: list[FaceReport] = []

    def draws() -> bool:
        reports.append(host.step(STEP_S))
        return not reports[-1].face.failure and reports[-1].frames > 0

    until(draws)
    return reports[-1]


def status_of(client: ControlClient) -> Status:
    status = client.request(Command(name="status")).status
    assert status is not None
    return status


def test_a_face_that_is_killed_is_back_on_its_ports_as_it_was(
    host: FaceHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is held has grown older by this, however long a new process takes here
    monkeypatch.setattr(face_host, "aged", lambda snapshot, _: aged(snapshot, 5.0))
    first = drawn(host)
    assert (first.face.name, first.face.worn, first.face.node, first.restarts) == ("left", "kofi", "n1", 0)
    with ControlClient(
        control_port=first.face.control_port, request_port=first.face.request_port, timeout_s=PATIENCE_S
    ) as client:
        client.request(Command(name="emotion", argument="happy"))
        held = ControlMessage(
            layer="expression", source="script", values={"jawOpen": 0.5}, priority=7, weight=0.5, ttl_s=60.0
        )
        client.send(held)
        until(lambda: host.step(STEP_S).snapshot.drivers)
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: host.step(STEP_S).restarts == 1)
        again = drawn(host)
        assert again.pid != first.pid
        assert again.face.control_port == first.face.control_port
        until(lambda: len(status_of(client).drivers) == 2)
        drivers = {one.source: one for one in status_of(client).drivers}
        assert (drivers["script"].priority, drivers["script"].weight) == (7, 0.5)
        [kept] = until(lambda: host.step(STEP_S).snapshot.drivers)
        assert 0.0 < kept.ttl_s <= 55.0
        assert drivers["trigger:emotion"].owned
        until(lambda: status_of(client).values[HAPPY] > 0.9)
        until(lambda: host.step(STEP_S).face.drivers == ["script", "trigger:emotion"])


def test_another_avatar_is_worn_and_survives(host: FaceHost, drawn_avatar: Path) -> None:
    report = drawn(host)
    assert host.wear(pack_avatar(str(drawn_avatar))).ok
    until(lambda: host.step(STEP_S).face.worn == "avatar")
    os.kill(report.pid, signal.SIGKILL)
    until(lambda: host.step(STEP_S).restarts == 1)
    assert drawn(host).face.worn == "avatar"
    reply = host.wear(AvatarCargo("nobody"))
    assert not reply.ok
    assert "'nobody' is not an avatar" in reply.message


def test_a_face_on_an_address_wants_the_fleets_key(tmp_path: Path) -> None:
    files = tmp_path / "keys"
    make_fleet_keys(files)
    key = read_client_key(files / CLIENT_FILE)
    # 127.0.0.2 would be loopback; any address of this machine that is not has to do
    settings = SETTINGS | {"bind": "0.0.0.0", "keys": str(files)}
    with closing(FaceHost(settings, name="left", shelf=tmp_path / "shelf", key=key)) as host:
        report = drawn(host)
        with (
            ControlClient(request_port=report.face.request_port, timeout_s=0.3) as stranger,
            pytest.raises(Exception, match="answers"),
        ):
            stranger.request(Command(name="ping"))


def test_a_face_that_cannot_start_says_why_and_is_tried_again(tmp_path: Path) -> None:
    with closing(FaceHost(SETTINGS | {"avatar": "nobody"}, name="left", shelf=tmp_path)) as host:
        report = until(lambda: (each := host.step(STEP_S)).face.failure != "it starts" and each)
        assert "'nobody' is not an avatar" in report.face.failure
        assert (report.frames, report.pid) == (0, 0)
        until(lambda: host.step(STEP_S).restarts == 1)


def test_an_avatar_that_is_not_on_this_machine_is_not_waited_for(tmp_path: Path) -> None:
    elsewhere = Snapshot(commands=[Command(name="load_avatar", argument="from-another-machine")])
    with closing(FaceHost(SETTINGS, name="left", shelf=tmp_path / "shelf", snapshot=elsewhere)) as host:
        report = drawn(host)
        assert (report.face.worn, report.restarts) == ("kofi", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no load average")
def test_the_load_of_a_machine_is_that_of_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (6.0, 1.0, 0.5))
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert machine_load() == 1.5


def test_settings_that_are_none_end_the_program_with_the_reason() -> None:
    line = [sys.executable, "-m", "omote.fleet.face_program", '{"size": 3}']
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "size" in ended.stderr
