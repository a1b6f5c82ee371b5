"""Names, channels and the add-on's form: must match the protocol, and work in the oldest Blender's Python."""

from __future__ import annotations

import ast
import itertools
import sys
import tomllib
import zipfile
from pathlib import Path

import omote_face.blendshapes as blendshapes
import pytest
from omote_face.channels import CHANNELS, PLACES, looks_of_gaze

import protocol.blendshapes
import protocol.channels
from bridge.forwarders import livelink
from scripts.blender_zip import build

PACKAGE = Path(blendshapes.__file__).parent
#: Inside Blender, or shipped with it.
BLENDERS_OWN = {"bpy", "bpy_extras", "mathutils", "numpy", "zstandard", "compression"}


def test_blendshapes_and_all_their_spellings_are_the_protocols() -> None:
    assert blendshapes.BLENDSHAPES == protocol.blendshapes.BLENDSHAPES
    for name in protocol.blendshapes.BLENDSHAPES:
        short = name.replace("Left", "_L").replace("Right", "_R")
        snake = "".join("_" + c if c.isupper() else c for c in name)
        for one in (
            name,
            name[0].upper() + name[1:],
            short,
            snake,
            snake.upper(),
            name.lower(),
            short.replace("_", "."),
        ):
            assert blendshapes.find_blendshape(one) == protocol.blendshapes.find_blendshape(one) == name
    for other in ("", "Basis", "jaw", "eyeBlink", "mouthSmileLeftRight", "Joy"):
        assert blendshapes.find_blendshape(other) is protocol.blendshapes.find_blendshape(other) is None


def test_channels_are_the_protocols() -> None:
    assert [tuple(channel) for channel in CHANNELS] == [
        (c.layer, c.name, c.neutral, c.low, c.high) for c in protocol.channels.CHANNELS
    ]
    assert PLACES == protocol.channels.CHANNEL_INDEX


def test_looks_of_a_gaze_are_the_forwarders() -> None:
    for yaw, pitch in itertools.product((-0.8, -0.3, 0.0, 0.2, 0.8), (-0.6, -0.1, 0.0, 0.4)):
        assert looks_of_gaze(yaw, pitch) == livelink.looks_of_gaze(yaw, pitch)


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_a_module_needs_nothing_that_blender_lacks(path: Path) -> None:
    """Blender 3.4 has Python 3.10; no package but those that Blender brings; no import of Omote's own packages."""
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 10))
    newer = {"Self", "StrEnum", "tomllib", "UTC", "ExceptionGroup", "assert_never", "override"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            tops = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            tops = {node.module.split(".")[0]}
            assert not newer & {alias.name for alias in node.names}
        else:
            continue
        assert tops <= BLENDERS_OWN | set(sys.stdlib_module_names) - newer


def test_both_forms_of_the_add_on_have_one_version() -> None:
    """bl_info, which is read without being run, and the manifest of extensions."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    [info] = [ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign)]
    manifest = tomllib.loads((PACKAGE / "blender_manifest.toml").read_text("utf-8"))
    assert ".".join(map(str, info["version"])) == manifest["version"]
    assert (info["name"], info["blender"]) == (manifest["name"], (3, 4, 0))


def test_the_zip_holds_the_whole_add_on_and_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (build(tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = {name.removeprefix("omote_face/") for name in archive.namelist()}
    assert names == {path.name for path in PACKAGE.glob("*.*") if path.is_file()} | {"LICENSE"}
