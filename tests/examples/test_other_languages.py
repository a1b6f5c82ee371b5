"""The examples in other languages, compiled and run as their first lines say, with real receivers and publishers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from runtime.publishers.shared_memory import SharedMemoryPublisher
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.conftest import SENDERS
from tests.godot_scene import GREEN, find_godot4, godot_window, script_of_a_sprite
from tests.waiting import until

EXAMPLES = Path(__file__).parents[2] / "examples"
WIDTH, HEIGHT, FRAMES = 8, 6, 5
LINE = re.compile(r"frame (\d+): (\d+) x (\d+), first pixel ([\d,]*\d)")


@dataclass
class Stage:
    """What a program finds when Omote runs, and what it did there."""

    folder: Path
    control: int
    osc: int
    publish: int
    run: Callable[[list[str | Path]], list[tuple[int, ...]]]
    inbox: Inbox


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    rings, inbox = tmp_path / "rings", Inbox()
    shared, zeromq = SharedMemoryPublisher("omote", folder=rings), ZeroMqPublisher(port=0)

    def run(command: list[str | Path]) -> list[tuple[int, ...]]:
        """Frame id, width, height and first pixel of every line that the program prints; it must end by itself."""
        stopped = threading.Event()
        frame_ids = iter(range(1, 1_000_000))

        def publish() -> None:
            pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
            while not stopped.wait(0.01):
                frame_id = next(frame_ids)
                pixels[0, 0] = (10, 20, frame_id % 256, 40)
                frame = Frame(pixels, frame_id=frame_id, render_time_ns=time.time_ns())
                shared.publish(frame)
                zeromq.publish(frame)

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
                cwd=tmp_path,  # Godot writes its log there
                env=os.environ | {"NODE_PATH": str(SENDERS / "node_modules"), "HOME": str(tmp_path)},
            )
        finally:
            stopped.set()
            thread.join()
        assert done.returncode == 0, done.stderr
        found = [match for line in done.stdout.splitlines() if (match := LINE.match(line))]
        assert len(found) == FRAMES, done.stdout + done.stderr
        return [(int(m[1]), int(m[2]), int(m[3]), *map(int, m[4].split(","))) for m in found]

    with Receiver(inbox, ReceiverPorts(control=0, request=None, osc=0, vmc=None)) as receiver:
        assert receiver.ports.control is not None
        assert receiver.ports.osc is not None
        yield Stage(rings, receiver.ports.control, receiver.ports.osc, zeromq.port, run, inbox)
    shared.close()
    zeromq.close()


def compiled(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def check(stage: Stage, frames: list[tuple[int, ...]], source: str) -> None:
    """The frames are whole, new and in order, and the head nods."""
    assert [frame[0] for frame in frames] == sorted({frame[0] for frame in frames})
    for frame_id, width, height, *pixel in frames:
        assert (width, height) == (WIDTH, HEIGHT)
        assert pixel == [10, 20, frame_id % 256, 40]
    taken = until(stage.inbox.take)
    assert stage.inbox.dropped() == {}
    assert {received.message.source for received in taken} == {source}
    assert all(-0.2 <= received.message.values["pitch"] <= 0.2 for received in taken)
    assert {received.message.layer for received in taken} == {"pose"}


def test_node(stage: Stage) -> None:
    if shutil.which("node") is None or not (SENDERS / "node_modules/zeromq").is_dir():
        pytest.skip(
            "node, or its package zeromq, is missing; install Node.js, then: python scripts/test_senders.py"
        )
    frames = stage.run(
        ["node", EXAMPLES / "node/drive_and_read.js", str(stage.control), str(stage.publish), str(FRAMES)]
    )
    check(stage, frames, "node")


def test_c(stage: Stage, tmp_path: Path) -> None:
    if shutil.which("cc") is None or not Path("/usr/include/zmq.h").is_file():
        pytest.skip("a C compiler or libzmq is missing: apt-get install gcc libzmq3-dev")
    program = tmp_path / "drive_and_read"
    warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=address,undefined"]
    compiled("cc", *warnings, EXAMPLES / "c/drive_and_read.c", "-lzmq", "-lm", "-o", program)
    check(stage, stage.run([program, str(stage.control), str(stage.publish), str(FRAMES)]), "c")


def test_rust(stage: Stage, tmp_path: Path) -> None:
    if shutil.which("rustc") is None:
        pytest.skip("Rust is not installed: apt-get install rustc")
    program = tmp_path / "drive_and_read"
    compiled("rustc", "-D", "warnings", EXAMPLES / "rust/drive_and_read.rs", "-o", program)
    frames = stage.run([program, str(stage.osc), stage.folder, "omote", str(FRAMES)])
    check(stage, frames, "osc:127.0.0.1")


def test_godot(stage: Stage) -> None:
    if shutil.which("godot3-server") is None:
        pytest.skip("Godot 3 without a window is not installed: apt-get install godot3-server")
    given = [f"--osc={stage.osc}", f"--folder={stage.folder}", f"--frames={FRAMES}"]
    frames = stage.run(["godot3-server", "-s", EXAMPLES / "godot/drive_and_read.gd", *given])
    check(stage, frames, "osc:127.0.0.1")


def test_godot_in_a_scene(stage: Stage, tmp_path: Path) -> None:
    """Changed as its own comments say."""
    if shutil.which("godot3-server") is None:
        pytest.skip("Godot 3 without a window is not installed: apt-get install godot3-server")
    text = (EXAMPLES / "godot/drive_and_read.gd").read_text("utf-8")
    for was, now in (
        ("extends SceneTree  # in a scene: extends Sprite", "extends Sprite"),
        ("func _idle(_delta):  # in a scene: func _process(_delta):", "func _process(_delta):"),
        ("seen += 1  # in a scene: texture", "seen += 1; texture"),
        ("quit()  # in a scene: get_tree().quit()", "get_tree().quit()"),
    ):
        assert text.count(was) == 1
        text = text.replace(was, now)
    project = tmp_path / "project"
    project.mkdir()
    (project / "face.gd").write_text(text, "utf-8")
    (project / "project.godot").write_text(
        'config_version=4\n[application]\nrun/main_scene="res://main.tscn"\n', "utf-8"
    )
    (project / "main.tscn").write_text(
        '[gd_scene load_steps=2 format=2]\n[ext_resource path="res://face.gd" type="Script" id=1]\n'
        '[node name="Face" type="Sprite"]\nscript = ExtResource( 1 )\n',
        "utf-8",
    )
    given = [f"--osc={stage.osc}", f"--folder={stage.folder}", f"--frames={FRAMES}"]
    frames = stage.run(["godot3-server", "--path", project, *given])
    check(stage, frames, "osc:127.0.0.1")


@pytest.fixture(scope="session")
def godot4() -> Path:
    """Godot 4: one on the path, or what scripts/godot4.py unpacks."""
    program = find_godot4()
    if program is None:
        pytest.skip(
            "Godot 4 is missing: put a program godot4 on the path, or, on Debian: python scripts/godot4.py"
        )
    return program


def test_godot_4(stage: Stage, godot4: Path) -> None:
    given = [f"--osc={stage.osc}", f"--folder={stage.folder}", f"--frames={FRAMES}"]
    script = EXAMPLES / "godot4/drive_and_read.gd"
    check(
        stage,
        stage.run([godot4, "--headless", "-s", script, "--", *given]),
        "osc:127.0.0.1",
    )


def test_godot_4_in_a_scene(stage: Stage, godot4: Path, tmp_path: Path) -> None:
    """Changed as its own comments say, and with an end; the sprite has the picture."""
    size = f"Vector2({WIDTH}, {HEIGHT})"
    text = script_of_a_sprite(f"\tif seen >= {FRAMES} and texture.get_size() == {size}: get_tree().quit()\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "face.gd").write_text(text, "utf-8")
    (project / "project.godot").write_text('[application]\nrun/main_scene="res://main.tscn"\n', "utf-8")
    (project / "main.tscn").write_text(
        '[gd_scene load_steps=2 format=3]\n[ext_resource type="Script" path="res://face.gd" id="1"]\n'
        '[node name="Face" type="Sprite2D"]\nscript = ExtResource("1")\n',
        "utf-8",
    )
    given = [f"--osc={stage.osc}", f"--folder={stage.folder}"]
    frames = stage.run([godot4, "--headless", "--path", project, "--", *given])
    check(stage, frames, "osc:127.0.0.1")


def test_godot_4_blends_the_picture_with_what_is_behind_it(godot4: Path, tmp_path: Path) -> None:
    """In a window, whose pixels are compared with the exact composite."""
    if shutil.which("Xvfb") is None:
        pytest.skip("a window needs a screen: apt-get install xvfb")
    (tmp_path / "project").mkdir()
    side, patch = 64, 32
    pixels = np.zeros((side, side, 4), np.uint8)
    pixels[:patch, :patch], pixels[:patch, patch:] = (200, 40, 90, 255), (200, 40, 90, 128)
    pixels[patch:, :patch], pixels[patch:, patch:] = (250, 250, 250, 51), (255, 0, 0, 0)
    colour, alpha = pixels[..., :3].astype(float), pixels[..., 3:] / 255
    expected = colour * alpha + GREEN * (1 - alpha)
    frame_ids = iter(range(1, 1_000_000))
    with (
        closing(SharedMemoryPublisher("omote", folder=tmp_path / "rings")) as publisher,
        godot_window(godot4, tmp_path / "project", rings=tmp_path / "rings", osc=9) as picture,
    ):

        def difference() -> float:
            """The largest of the patches' insides: their edges are filtered."""
            publisher.publish(Frame(pixels, frame_id=next(frame_ids), render_time_ns=time.time_ns()))
            seen = picture().astype(float)
            height, width, _ = seen.shape
            top, left = (height - side) // 2, (width - side) // 2
            apart = np.abs(seen[top : top + side, left : left + side] - expected)
            return float(max(apart[y : y + 24, x : x + 24].max() for y in (4, 36) for x in (4, 36)))

        assert until(lambda: difference() <= 2.0)


def test_godot_4_waits_without_a_word_for_a_runtime(godot4: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("absent", "empty"):
        given = [f"--folder={tmp_path / folder}", "--osc=9"]
        command = [godot4, "--headless", "--quit-after", "20", "-s", EXAMPLES / "godot4/drive_and_read.gd"]
        done = subprocess.run(
            [*command, "--", *given],
            capture_output=True,
            text=True,
            timeout=300,
            env=os.environ | {"HOME": str(tmp_path)},
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "frame" not in done.stdout


def test_the_example_for_godot_4_keeps_to_its_grammar() -> None:
    parser = pytest.importorskip(
        "gdtoolkit.parser", reason="pip install gdtoolkit: the grammar of Godot 4"
    ).parser
    text = (EXAMPLES / "godot4/drive_and_read.gd").read_text("utf-8")
    parser.parse(text)
    with pytest.raises(Exception, match="Unexpected token"):  # Godot 3's is another language
        parser.parse(text.replace("for lock_at in", "for lock_at of"))


def test_pure_data(tmp_path: Path) -> None:
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed: apt-get install puredata-core")
    inbox = Inbox()
    pitches: list[float] = []
    with Receiver(inbox, ReceiverPorts(control=None, request=None, osc=0, vmc=None)) as receiver:
        options = ["-nogui", "-noaudio", "-nomidi", "-noprefs", "-send", f"port {receiver.ports.osc}"]
        program = subprocess.Popen(
            ["pd", *options, EXAMPLES / "pd/drive.pd"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": str(tmp_path)},
        )
        try:

            def has_nodded() -> bool:
                for received in inbox.take():
                    assert (received.message.layer, received.message.source) == ("pose", "osc:127.0.0.1")
                    pitches.append(received.message.values["pitch"])
                return min(pitches, default=0.0) < -0.19 and max(pitches) > 0.19

            assert until(has_nodded)
        finally:
            program.terminate()
            program.wait(60)
    assert max(map(abs, pitches)) <= 0.2 + 1e-6
    assert inbox.dropped() == {}
