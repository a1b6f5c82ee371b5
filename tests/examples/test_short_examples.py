"""The examples of thirty lines in other languages, compiled and run as their first lines say, with a real receiver."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.conftest import SENDERS
from tests.examples.test_other_languages import EXAMPLES, compiled, godot4
from tests.ports import free_ports
from tests.waiting import until

__all__ = ["godot4"]
SHORT = [*EXAMPLES.glob("*/drive.[!mp]*"), *EXAMPLES.glob("*/Drive.cs")]
LINES = 30
OSC = "osc:127.0.0.1"  # the source of what comes by OSC


@dataclass
class Stage:
    """Where a runtime listens, and what came there."""

    control: int
    osc: int
    home: Path
    inbox: Inbox

    def check(self, source: str, *command: str | Path) -> None:
        """Run a program to its end: the head turns to both sides and the face is happy, and nothing else comes.

        Where no runtime listens, it ends as well.
        """
        yaws: list[float] = []
        happy: set[float] = set()

        def take() -> None:
            for received in self.inbox.take():
                message = received.message
                assert message.source == source
                if message.layer == "pose":
                    assert set(message.values) == {"yaw"}
                    yaws.append(message.values["yaw"])
                else:
                    assert message.layer == "emotion"
                    assert set(message.values) == {"happy"}
                    happy.add(message.values["happy"])

        port = {OSC: self.osc}.get(source, self.control)
        elsewhere = [str(word).replace(str(port), str(free_ports(1)[0])) for word in command]
        with self.running("here", *command) as here, self.running("elsewhere", *elsewhere) as alone:
            assert until(lambda: (take(), here.poll() is not None and alone.poll() is not None)[1])
        take()
        for name, process in (("here", here), ("elsewhere", alone)):
            text = (self.home / name).read_text("utf-8", errors="replace")
            assert process.returncode == 0, text
            assert "SCRIPT ERROR" not in text, text
        assert min(yaws) < -0.28
        assert max(yaws) > 0.28
        assert max(map(abs, yaws)) <= 0.3 + 1e-6
        assert happy == {1.0}
        assert self.inbox.dropped() == {}

    @contextmanager
    def running(self, name: str, *command: str | Path) -> Iterator[subprocess.Popen[bytes]]:
        """A program; what it says is in a file of this name."""
        own = {"NODE_PATH": str(SENDERS / "node_modules"), "HOME": str(self.home)}
        with (self.home / name).open("wb") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, cwd=self.home, env=os.environ | own)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    inbox = Inbox()
    with Receiver(inbox, ReceiverPorts(control=0, request=None, osc=0, vmc=None)) as receiver:
        assert receiver.ports.control is not None
        assert receiver.ports.osc is not None
        yield Stage(receiver.ports.control, receiver.ports.osc, tmp_path, inbox)


def needs(program: str, how: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: {how}")


def test_node(stage: Stage) -> None:
    needs("node", "install Node.js")
    if not (SENDERS / "node_modules/zeromq").is_dir():
        pytest.skip("npm's zeromq is missing: python scripts/test_senders.py")
    stage.check("node", "node", EXAMPLES / "node/drive.js", str(stage.control))


def test_c(stage: Stage, tmp_path: Path) -> None:
    needs("cc", "apt-get install gcc libzmq3-dev")
    if not Path("/usr/include/zmq.h").is_file():
        pytest.skip("libzmq is missing: apt-get install libzmq3-dev")
    program = tmp_path / "drive"
    warnings = ["-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    compiled("cc", *warnings, EXAMPLES / "c/drive.c", "-lzmq", "-lm", "-o", program)
    stage.check("c", program, str(stage.control))


def test_rust(stage: Stage, tmp_path: Path) -> None:
    needs("rustc", "apt-get install rustc")
    program = tmp_path / "drive"
    compiled("rustc", "-D", "warnings", EXAMPLES / "rust/drive.rs", "-o", program)
    stage.check(OSC, program, str(stage.osc))


def test_c_sharp(stage: Stage, tmp_path: Path) -> None:
    for program in ("mcs", "mono"):
        needs(program, "apt-get install mono-mcs mono-runtime")
    built = tmp_path / "Drive.exe"
    compiled("mcs", "-warnaserror", f"-out:{built}", EXAMPLES / "csharp/Drive.cs")
    stage.check(OSC, "mono", built, str(stage.osc))


def test_godot_3(stage: Stage) -> None:
    needs("godot3-server", "apt-get install godot3-server")
    stage.check(OSC, "godot3-server", "-s", EXAMPLES / "godot/drive.gd", f"--osc={stage.osc}")


def test_godot_4(stage: Stage, godot4: Path) -> None:
    stage.check(OSC, godot4, "--headless", "-s", EXAMPLES / "godot4/drive.gd", "--", str(stage.osc))


Change = tuple[str, str]
IN_A_SCENE: dict[str, tuple[Callable[[Path], list[str | Path]], str, list[Change]]] = {
    "godot": (
        lambda project: ["godot3-server", "--path", project],
        "config_version=4\n",
        [
            ("extends SceneTree  # in a scene: extends Node", "extends Node"),
            ("func _idle(_delta):  # in a scene: func _process(_delta):", "func _process(_delta):"),
            ("quit()  # in a scene: get_tree().quit()", "get_tree().quit()"),
        ],
    ),
    "godot4": (
        lambda project: ["--headless", "--path", project],
        "",
        [
            ("extends SceneTree  # in a scene: extends Node", "extends Node"),
            ("-> bool:  # in a scene: -> void, and without the last line", "-> void:"),
            ("\treturn step >= 180\n", "\tif step >= 180: get_tree().quit()\n"),
        ],
    ),
}


@pytest.mark.parametrize("which", IN_A_SCENE)
def test_godot_in_a_scene(stage: Stage, which: str, request: pytest.FixtureRequest) -> None:
    """Changed as its own comments say, and with an end."""
    command, settings, changes = IN_A_SCENE[which]
    given = [f"--osc={stage.osc}"] if which == "godot" else ["--", str(stage.osc)]
    program: list[str | Path] = []
    if which == "godot":
        needs("godot3-server", "apt-get install godot3-server")
    else:
        program = [request.getfixturevalue("godot4")]
    text = (EXAMPLES / which / "drive.gd").read_text("utf-8")
    for was, now in changes:
        assert text.count(was) == 1
        text = text.replace(was, now)
    project = stage.home / "project"
    project.mkdir()
    (project / "drive.gd").write_text(text, "utf-8")
    (project / "project.godot").write_text(
        settings + '[application]\nrun/main_scene="res://main.tscn"\n', "utf-8"
    )
    (project / "main.tscn").write_text(
        '[gd_scene load_steps=2 format=2]\n[ext_resource path="res://drive.gd" type="Script" id=1]\n'
        '[node name="Face" type="Node"]\nscript = ExtResource( 1 )\n',
        "utf-8",
    )
    stage.check(OSC, *program, *command(project), *given)


@pytest.mark.parametrize("path", SHORT, ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_it_has_at_most_thirty_lines_and_says_how_it_is_run(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= 130
    assert re.search(rf"examples/{path.parent.name}/{re.escape(path.name)}", "".join(lines[:2]))


def test_every_language_has_a_short_example() -> None:
    assert {path.parent.name for path in SHORT} == {"c", "csharp", "godot", "godot4", "node", "rust"}
