"""Takes, CSV files and BVH in a real Blender: what the scene shows is compared with Omote's own readers and exporter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.takes.bvh_export import export_bvh
from bridge.takes.csv_import import import_csv
from face.camera import rotation
from protocol.blendshapes import BLENDSHAPES, find_blendshape
from protocol.take import TakeReader
from tests.blender.blender_process import Blender
from tests.blender.conftest import Stage
from tests.blender.test_live import AXES, write_take
from tests.bridge.takes.livelink_csv_files import random_table
from tests.bridge.takes.test_bvh_export import read_bvh

FPS = 25


def newest(take: Path, at_s: float) -> dict[str, dict[str, float]]:
    """The values that the take's only driver has sent by a time after its first message; frames are apart from messages."""
    state: dict[str, dict[str, float]] = {}
    with TakeReader(take) as reader:
        for time_ns, message in reader:
            if (time_ns - reader.begin_ns) / 1e9 <= at_s + 1e-6:
                state[message.layer] = state.get(message.layer, {}) | message.values
    return state


def check(shown: list[Any], take: Path, frames: list[int], *, first: int) -> None:
    for frame, (keys, bones) in zip(frames, shown, strict=True):
        state = newest(take, (frame - first) / FPS)
        for spelling, value in keys.items():
            name = find_blendshape(spelling)
            assert value == pytest.approx(state["expression"].get(name or "", 0.0), abs=1e-3), (
                frame,
                spelling,
            )
        pose, gaze = state["pose"], state["gaze"]
        head = rotation(pose["yaw"], pose["pitch"], pose["roll"])
        assert np.abs(np.array(bones["Head"]) - AXES @ head @ AXES.T).max() < 1e-3
        eyes = head @ rotation(gaze["yaw"], gaze["pitch"], 0.0)
        assert np.abs(np.array(bones["eye.L"]) - AXES @ eyes @ AXES.T).max() < 1e-3


def test_a_take_becomes_actions(blender: Blender, tmp_path: Path) -> None:
    """To within 1e-3 and the frame: every frame shows what the take's driver had sent by its time."""
    write_take(tmp_path / "moves.mcap")
    blender.character(names=[name for name in BLENDSHAPES if "Look" not in name], fps=FPS)
    blender.choose()
    blender.scene_range(start=1, end=100, current=5)
    assert blender.press(operator="import_take", filepath=str(tmp_path / "moves.mcap")) == ["FINISHED"]
    assert blender.actions()[0] == "moves"
    assert blender.frame_range(owner="keys:Monkey") == [5, 5 + 75]
    frames = list(range(5, 80, 4))
    check(blender.shown_at(frames=frames), tmp_path / "moves.mcap", frames, first=5)


def test_a_csv_becomes_actions(blender: Blender, tmp_path: Path) -> None:
    """The same rows through Omote's own import, but for the eyeLook shapes, which that leaves out."""
    codes = [f"11:22:3{number // 60}:{number % 60:02d}.5" for number in range(150)]
    (tmp_path / "phone.csv").write_text(random_table(codes, decimals=4), "utf-8")
    import_csv(tmp_path / "phone.csv", tmp_path / "phone.mcap")
    blender.character(names=[name for name in BLENDSHAPES if "Look" not in name], fps=FPS)
    blender.choose()
    blender.scene_range(start=1, end=100, current=1)
    assert blender.press(operator="import_take", filepath=str(tmp_path / "phone.csv")) == ["FINISHED"]
    frames = list(range(1, 60, 5))
    check(blender.shown_at(frames=frames), tmp_path / "phone.mcap", frames, first=1)


def test_a_second_take_keeps_the_first_action(blender: Blender, tmp_path: Path) -> None:
    write_take(tmp_path / "moves.mcap", seconds=0.5)
    blender.character(names=["jawOpen"], fps=FPS)
    blender.choose()
    for _ in range(2):
        blender.press(operator="import_take", filepath=str(tmp_path / "moves.mcap"))
    assert blender.actions() == ["moves", "moves.001", "moves.002", "moves.003"]


def test_bvh_is_as_omote_exports_it(blender: Blender, tmp_path: Path) -> None:
    """The action of a take, exported from the scene, against the take itself through `omote-bridge export`."""
    write_take(tmp_path / "moves.mcap")
    blender.character(names=["jawOpen"], fps=FPS, mode="YXZ")
    blender.choose(travel=0.5)
    blender.scene_range(start=1, end=70, current=1)
    blender.press(operator="import_take", filepath=str(tmp_path / "moves.mcap"))
    assert blender.press(operator="export_bvh", filepath=str(tmp_path / "blender.bvh")) == ["FINISHED"]
    export_bvh(tmp_path / "moves.mcap", tmp_path / "omote.bvh", fps=FPS)
    ours, theirs = read_bvh(tmp_path / "blender.bvh"), read_bvh(tmp_path / "omote.bvh")
    assert ours[:2] == theirs[:2]  # joints, channels, frame time
    assert np.abs(ours[2] - theirs[2][:70]).max() < 0.1  # degrees, hundredths of a portrait's height
    assert np.ptp(ours[2], axis=0)[[0, 3, 4, 5, 6]].min() > 5


def test_extension(stage: Stage, blender: Blender, zip_file: Path) -> None:
    """The same zip as Blender 4.2 and newer install it from Get Extensions."""
    if stage.version < (4, 2):
        pytest.skip(f"Blender {'.'.join(map(str, stage.version))} has no extensions; they came with 4.2")
    assert blender.install_extension(zip=str(zip_file)) == ["FINISHED"]
    assert blender.extension_works()
