"""`omote serve` in a process of its own, and the commands that find its faces by name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from omote.__main__ import main
from protocol.channels import CHANNEL_INDEX
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[3]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]
OPTIONS = ("--engine", "null", "--size", "128", "--fps", "100", "--no-panel", "--performance", "none")


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    line = [
        sys.executable,
        "-m",
        "omote",
        "serve",
        *OPTIONS,
        "--osc-port",
        "none",
        "--vmc-port",
        "none",
        *arguments,
    ]
    return subprocess.Popen(
        line,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The working directory; rings are in it."""
    made = tmp_path_factory.mktemp("serve")
    with pytest.MonkeyPatch.context() as patch:
        private = made / "user"
        private.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(private))
        yield made


@pytest.fixture(scope="module")
def request_port(folder: Path) -> Iterator[str]:
    """Two faces that run, and a third that cannot; the port that answers for them."""
    ports = [
        word for port in ("control", "request", "publish") for word in (f"--{port}-port", "0")
    ]  # free ones
    process = start(folder, "--avatars", "left=kofi,right=mio,lost=nobody", "--publish", "shm", *ports)
    try:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            said += line
        assert "2 of 3" in said
        assert "lost   NOT HERE: 'nobody' is not an avatar" in said
        [request] = re.findall(r"^left .* request (\d+)", said, re.MULTILINE)
        yield request
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == (0 if sys.platform != "win32" else 1)
    finally:
        process.kill()
        process.communicate()


def status_of(name: str, request_port: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["status", "--json", "--avatar", name, "--request-port", request_port]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_send_watch_and_status_find_a_face_by_its_name(
    request_port: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "send",
        "--avatar",
        "right",
        "--request-port",
        request_port,
        "--for",
        "50",
        "expression",
        "jawOpen=0.9",
    ]
    assert main(arguments) == 0

    def jaw(name: str) -> float:
        values = status_of(name, request_port, capsys)["values"]
        assert isinstance(values, list)
        return float(values[JAW])

    until(lambda: jaw("right") > 0.8)
    assert jaw("left") == 0.0
    watching = ["watch", "--avatar", "right", "--request-port", request_port, "--seconds", "2", "--json"]
    # again where this machine was too busy for a frame in two seconds
    until(lambda: main([*watching, "--save", str(folder / "right.png")]) == 0)
    assert '"width":128' in capsys.readouterr().out
    assert (folder / "right.png").is_file()


def test_the_status_for_people_lists_the_faces(request_port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--request-port", request_port]) == 0
    said = capsys.readouterr().out
    assert "face     left: " in said
    assert "stream right" in said
    assert "face     lost: 'nobody' is not an avatar" in said


def test_a_name_that_is_not_there_is_refused(request_port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--avatar", "middle", "--request-port", request_port, "pose", "yaw=0.1"]) == 1
    assert "which draws left, right" in capsys.readouterr().err


def test_names_that_are_none_and_avatars_that_are_none_are_refused_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["serve", "--avatars", "kofi,kofi"]) == 2
    assert "two faces are called kofi" in capsys.readouterr().err
    closed = [text for use in ("control", "request", "osc", "vmc") for text in (f"--{use}-port", "none")]
    assert main(["serve", "--avatars", "nobody,noone", "--publish", "none", *closed, *OPTIONS]) == 2
    assert "'noone' is not an avatar" in capsys.readouterr().err
