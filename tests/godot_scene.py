"""Godot 4's example as the script of a sprite over a green rectangle, in a window on a virtual screen.

with godot_window(find_godot4(), tmp_path, rings=rings, osc=9570) as picture:
    assert until(lambda: (picture() != GREEN).any())
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ImageGrab

from tests.x_server import virtual_screen

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples/godot4/drive_and_read.gd"
WIDTH, HEIGHT = 600, 400
GREEN = np.array([26, 128, 51], np.uint8)
PROJECT = f"""config_version=5
[application]
run/main_scene="res://main.tscn"
boot_splash/show_image=false
[display]
window/size/viewport_width={WIDTH}
window/size/viewport_height={HEIGHT}
[rendering]
renderer/rendering_method="gl_compatibility"
"""
SCENE = """[gd_scene load_steps=2 format=3]
[ext_resource type="Script" path="res://face.gd" id="1"]
[node name="Scene" type="Node"]
[node name="Green" type="ColorRect" parent="."]
offset_right = {width}.0
offset_bottom = {height}.0
color = Color({red}, {green}, {blue}, 1)
[node name="Face" type="Sprite2D" parent="."]
position = Vector2({x}, {y})
scale = Vector2({scale}, {scale})
script = ExtResource("1")
"""


def find_godot4() -> Path | None:
    """Godot 4: one on the path, or what scripts/godot4.py unpacks."""
    unpacked = ROOT / "build/godot4/godot4"
    for program in (shutil.which("godot4"), unpacked if unpacked.is_file() else None, shutil.which("godot")):
        if program is None:
            continue
        asked = [program, "--headless", "--version"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=300, check=False)
        if done.stdout.startswith("4."):
            return Path(program)
    return None


def script_of_a_sprite(ending: str) -> str:
    """The example, changed as its own comments say; `ending` takes the place of its last line."""
    text = EXAMPLE.read_text("utf-8")
    for was, now in (
        ("extends SceneTree  # in a scene: extends Sprite2D", "extends Sprite2D"),
        ("func _process(_delta: float) -> bool:", "func _process(_delta: float) -> void:"),
        ("seen += 1  # in a scene: texture", "seen += 1; texture"),
        ('\treturn seen >= int(given["frames"])\n', ending),
    ):
        assert text.count(was) == 1
        text = text.replace(was, now)
    return text


@contextmanager
def godot_window(
    program: Path, folder: Path, *, rings: Path, osc: int, scale: float = 1.0
) -> Iterator[Callable[[], NDArray[np.uint8]]]:
    """Start it; what is given reads the window's picture (HEIGHT, WIDTH, 3) uint8.

    Args:
        folder: becomes the project, and Godot's home.
        rings: the folder of shared memory. osc: port where the head's nod goes.
        scale: of the sprite, in the middle.
    """
    (folder / "face.gd").write_text(script_of_a_sprite(""), "utf-8")
    (folder / "project.godot").write_text(PROJECT, "utf-8")
    red, green, blue = (float(value) / 255 for value in GREEN)
    scene = SCENE.format(
        width=WIDTH, height=HEIGHT, red=red, green=green, blue=blue, x=WIDTH / 2, y=HEIGHT / 2, scale=scale
    )
    (folder / "main.tscn").write_text(scene, "utf-8")
    window = ["--display-driver", "x11", "--rendering-driver", "opengl3", "--audio-driver", "Dummy"]
    given = [f"--osc={osc}", f"--folder={rings}"]
    with virtual_screen(WIDTH, HEIGHT) as display, (folder / "godot.log").open("w") as log:
        godot = subprocess.Popen(
            [program, *window, "--path", folder, "--", *given],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"DISPLAY": display, "HOME": str(folder)},
        )
        try:
            yield lambda: np.asarray(ImageGrab.grab(xdisplay=display).convert("RGB"))
        finally:
            godot.terminate()
            godot.wait(60)
