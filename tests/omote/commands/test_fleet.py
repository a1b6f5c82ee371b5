"""`omote fleet` without a fleet; with one in tests/omote/fleet/test_fleet.py."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from omote.__main__ import main
from omote.fleet.directory import Directory
from omote.fleet.directory_port import DirectoryPort
from omote.fleet.face_host import FaceReport
from protocol.fleet_place import FleetPlace, write_fleet_place
from protocol.messages import FaceStatus, Snapshot
from tests.ports import free_ports
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[3]

KOFI = FaceStatus(
    name="kofi", worn="kofi", fps=29.9, control_port=4001, request_port=4002, publish_port=4003, host="192.0.2.7",
    node="ab" * 28, drivers=["webcam"], latency_ms=9.5, sent_bytes_s=7.9e6,
)  # fmt: skip
LOST = FaceStatus(name="mio", failure="not heard for 4 s; Ray starts it again where there is room")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def directory() -> Iterator[Directory]:
    """That of this user's fleet."""
    made = Directory()
    for face in (KOFI, LOST):
        made.add(face.name, 1, 1e12)
        made.hear(face.name, 1, FaceReport(face=face, snapshot=Snapshot(), frames=1, restarts=0, pid=1), 1e12)
    with closing(DirectoryPort(made.answer, host="127.0.0.1", port=0, keys=None)) as port:
        write_fleet_place(FleetPlace(port=port.port))
        yield made


@pytest.mark.usefixtures("directory")
def test_faces_are_listed_with_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "kofi: kofi, 29.9 per second, 9.5 ms, 7.9 MB/s, 192.0.2.7 control 4001, request 4002, frames 4003, "
        "driven by webcam",
        "mio: NOT HERE: not heard for 4 s; Ray starts it again where there is room",
        "1 of 2 faces draw on 1 node, 7.9 MB sent a second",
    ]
    assert main(["fleet", "where", "kofi"]) == 0
    assert main(["fleet", "where", "mio"]) == 1
    assert main(["fleet", "list", "--json"]) == 0
    assert '"host":"192.0.2.7"' in capsys.readouterr().out


@pytest.mark.usefixtures("directory")
def test_the_page_is_served_until_it_is_ended() -> None:
    line = [sys.executable, "-m", "omote", "fleet", "page", "--page-port", "0"]
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as page:
        try:
            assert page.stdout is not None
            address = page.stdout.readline().split()[0]

            def faces() -> list[str]:
                try:
                    with connect(
                        f"ws{address.removeprefix('http')}socket", open_timeout=PATIENCE_S
                    ) as socket:
                        said = json.loads(socket.recv(timeout=PATIENCE_S))
                except (OSError, WebSocketException):  # a busy machine took longer than the server waits
                    return []
                return [one["face"]["name"] for one in said["faces"]]

            until(lambda: faces() == ["kofi", "mio"])
            if sys.platform != "win32":
                page.send_signal(signal.SIGINT)
                assert page.wait(PATIENCE_S) == 0
        finally:
            page.kill()


@pytest.mark.parametrize("verb", ["list", "status", "page"])
def test_without_a_fleet_it_says_how_to_start_one(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", verb]) == 1
    assert "this user has no fleet; start one: omote fleet up kofi" in capsys.readouterr().err


def test_a_directory_that_is_gone_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    (port,) = free_ports(1)
    write_fleet_place(FleetPlace(port=port))
    assert main(["fleet", "list"]) == 1
    assert f"does not answer at 127.0.0.1:{port}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["kofi", "--count", "0"], "for 0 faces"),
        (["kofi", "--size", "3"], "size"),
        (["kofi", "--bind", "0.0.0.0"], "--bind is the fleet's own affair"),
        (["kofi", "--control-port", "5570"], "--ports is the fleet's own affair"),
        (["kofi", "--config", "omote.toml"], "give its settings as options"),
    ],
)
def test_what_is_no_fleet_is_said_before_ray_is_asked(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "up", *arguments]) == 1
    assert words in capsys.readouterr().err


def test_an_address_without_ray_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
    (port,) = free_ports(1)
    assert main(["fleet", "up", "kofi", "--ray", f"127.0.0.1:{port}"]) == 1
    assert f"omote fleet up: no Ray answers at 127.0.0.1:{port}" in capsys.readouterr().err
