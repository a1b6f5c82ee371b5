from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from omote.client import ControlClient, NoAnswerError
from protocol.messages import Command
from scripts.blender_zip import build
from tests.blender.blender_process import VARIABLE, Blender, blenders, running_blender
from tests.live_runtime import chosen_ports
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[2]
FOUND = blenders()


@pytest.fixture(scope="session")
def zip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-on as users get it."""
    return build(tmp_path_factory.mktemp("zip") / "omote_face.zip")


def skip_without_packages(blender: Blender) -> None:
    """Skip the test in a Blender without what those from blender.org bring."""
    if lacking := blender.lacking():
        names = " ".join(f"python3-{name}" for name in lacking)
        pytest.skip(f"this Blender has no {' and no '.join(lacking)}; for Debian's: apt-get install {names}")


@dataclass(frozen=True)
class Stage:
    """A Blender with the add-on, and where its rings are searched."""

    blender: Blender
    version: tuple[int, ...]
    rings: Path


@pytest.fixture(scope="session", params=FOUND or [""])
def stage(
    request: pytest.FixtureRequest, zip_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """One Blender for all tests of a version; the add-on is installed from the zip."""
    if not request.param:
        pytest.skip(
            "no Blender: apt-get install blender python3-numpy python3-zstandard, or name some, programs or Pythons "
            f"with the package bpy, in the variable {VARIABLE}"
        )
    home = tmp_path_factory.mktemp("blender")
    with running_blender(request.param, home) as blender:
        skip_without_packages(blender)
        version = tuple(blender.version())
        assert blender.install(zip=str(zip_file))
        yield Stage(blender, version, home / "user" / "omote")


@pytest.fixture
def blender(stage: Stage) -> Iterator[Blender]:
    """With an empty file, and nothing that runs."""
    stage.blender.new_file()
    yield stage.blender
    stage.blender.new_file()


@dataclass
class Omote:
    """`omote run` with the null engine in a process of its own, on ports that stay the same when it is started again."""

    takes: Path
    ports: dict[str, int] = field(default_factory=chosen_ports)

    @contextmanager
    def running(self) -> Iterator[ControlClient]:
        """Until the end of the block."""
        options = [
            f"--{name}-port={port}"
            for name, port in self.ports.items()
            if name in ("control", "request", "publish")
        ]
        command = [sys.executable, "-m", "omote", "run", "--engine=null", "--performance=none", "--fps=60", "--size=74",
                   "--publish=zeromq", "--no-panel", "--osc-port=none", "--vmc-port=none", f"--takes={self.takes}",
                   *options]  # fmt: skip
        log = self.takes.parent / "runtime.log"
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
        try:
            ports = {"control_port": self.ports["control"], "request_port": self.ports["request"]}
            with ControlClient(**ports, timeout_s=1.0) as asking:

                def answers() -> bool:
                    assert process.poll() is None, log.read_text()
                    try:
                        return asking.request(Command(name="ping")).ok
                    except NoAnswerError:
                        return False

                assert until(answers)
            with ControlClient(**ports, timeout_s=PATIENCE_S) as client:
                yield client
        finally:
            process.kill()
            process.wait(60)


@pytest.fixture
def omote(tmp_path: Path) -> Omote:
    (tmp_path / "takes").mkdir()
    return Omote(tmp_path / "takes")
