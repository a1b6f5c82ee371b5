"""Editing by `omote render`: one part of a face alone, a frozen face, a camera that stands or moves; and its networks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from protocol.take import TakeWriter
from runtime.engines.null import read_bars
from tests.omote.commands.rendering import null_avatar, pngs, render

pytest.importorskip("cv2")
pytest.importorskip("av")


@pytest.fixture
def avatar(tmp_path: Path) -> Path:
    return null_avatar(tmp_path / "avatar")


def take_of_all(path: Path) -> Path:
    """Two seconds in which every layer moves."""
    with TakeWriter(path) as writer:
        for number in range(60):
            share = number / 59
            values = {
                "pose": {"yaw": 0.4 * share},
                "expression": {"jawOpen": 0.8 * share, "browInnerUp": 0.5 * share},
                "gaze": {"yaw": 0.3 * share},
                "emotion": {"angry": share},
                "view": {"azimuth": 0.3 * share},
            }
            for layer, channels in values.items():
                message = ControlMessage(layer=layer, source="test", values=channels)  # type: ignore[arg-type]
                writer.write(message, round(1e9 * number / 30))
    return path


ALL_MOVING = {
    "pose.yaw",
    "expression.jawOpen",
    "expression.browInnerUp",
    "gaze.yaw",
    "emotion.angry",
    "view.azimuth",
}


@pytest.mark.parametrize(
    ("only", "moving"),
    [
        ("pose", {"pose.yaw"}),
        ("expression", {"expression.jawOpen", "expression.browInnerUp"}),
        ("mouth", {"expression.jawOpen"}),
        ("gaze", {"gaze.yaw"}),
        ("emotion", {"emotion.angry"}),
        ("view", {"view.azimuth"}),
    ],
)
def test_only_what_is_named_moves(only: str, moving: set[str], avatar: Path, tmp_path: Path) -> None:
    take = take_of_all(tmp_path / "take.mcap")
    common = ("--avatar", avatar, "--drive", take, "--size", "512", "--fps", "10")
    assert render(*common, "-o", tmp_path / "out", "--only", only) == 0
    values = np.stack(
        [read_bars(np.asarray(Image.open(one))) for one in sorted((tmp_path / "out").iterdir())]
    )
    moved = {name for name in ALL_MOVING if np.ptp(values[:, channel(name)]) > 0.05}
    # an emotion moves the expression that shows it
    assert (
        moved - ({"expression.browInnerUp", "expression.jawOpen"} if only == "emotion" else set()) == moving
    )


def channel(name: str) -> int:
    layer, _, own = name.partition(".")
    return CHANNEL_INDEX[layer][own]


def test_a_frozen_face_before_a_moving_camera(avatar: Path, tmp_path: Path) -> None:
    take = take_of_all(tmp_path / "take.mcap")
    common = (
        "--avatar",
        avatar,
        "--drive",
        take,
        "--size",
        "512",
        "--fps",
        "10",
        "--only",
        "pose,expression",
    )
    assert render(*common, "-o", tmp_path / "out", "--freeze", "1", "--orbit", "20") == 0
    values = np.stack(
        [read_bars(np.asarray(Image.open(one))) for one in sorted((tmp_path / "out").iterdir())]
    )
    moved = {name for name in ALL_MOVING if np.ptp(values[:, channel(name)]) > 0.05}
    assert moved == {"view.azimuth"}
    assert values[0, channel("pose.yaw")] == pytest.approx(0.2, abs=0.03)
    assert np.abs(values[:, channel("view.azimuth")]).max() == pytest.approx(np.radians(20), abs=0.03)


def test_a_camera_that_stands_aside(avatar: Path, tmp_path: Path) -> None:
    take = take_of_all(tmp_path / "take.mcap")
    common = ("--avatar", avatar, "--drive", take, "--size", "512", "--fps", "5", "--only", "pose")
    assert render(*common, "-o", tmp_path / "out", "--view=-25,10") == 0
    values = np.stack(
        [read_bars(np.asarray(Image.open(one))) for one in sorted((tmp_path / "out").iterdir())]
    )
    assert np.abs(values[:, channel("view.azimuth")] - np.radians(-25)).max() < 0.03
    assert np.abs(values[:, channel("view.elevation")] - np.radians(10)).max() < 0.03


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--only", "nose"), "no such part"),
        (("--only", "pose", "--layers", "pose"), "without --layers"),
        (("--freeze", "-1"), "--freeze -1, expected seconds"),
        (("--freeze", "1", "--side-by-side"), "leave out one"),
        (("--orbit", "90"), "expected at most 68 degrees"),
        (("--engine", "diffusion", "--model", "nowhere"), "omote-train diffusion"),
        (("--engine", "diffusion", "--steps", "-1"), "--steps -1, expected 0 to 100"),
    ],
)
def test_what_cannot_be_edited_is_refused(
    options: tuple[str, ...], words: str, avatar: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take = take_of_all(tmp_path / "take.mcap")
    assert render("--avatar", avatar, "--drive", take, "-o", tmp_path / "out", *options) == 1
    assert words in capsys.readouterr().err


def test_a_clip_by_the_diffusion_engine_in_a_process_of_its_own(tmp_path: Path) -> None:
    for name in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(name, reason="pip install 'omote[torch,export,neural]'")
    from tests.networks.diffusion_models import write_random_diffusion

    model, take = write_random_diffusion(tmp_path / "model"), take_of_all(tmp_path / "take.mcap")
    command = [sys.executable, "-m", "omote", "render", "--drive", str(take), "--fps", "2", "--size", "128"]
    network = ["--engine", "diffusion", "--model", str(model), "--steps", "3", "--guidance", "2.5"]
    for name, options in (
        ("head", ["--engine", "head"]), ("one", network), ("two", network),
        ("progressive", [*network, "--guidance-schedule", "progressive"]),
    ):  # fmt: skip
        done = subprocess.run(
            [*command, "-o", str(tmp_path / name), *options], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    head, one, two, progressive = (pngs(tmp_path / name) for name in ("head", "one", "two", "progressive"))
    assert len(one) == 4
    assert one == two
    assert all(a != b for a, b in zip(one, head, strict=True))
    assert one != progressive
