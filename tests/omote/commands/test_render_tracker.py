"""`omote render --tracker omote`: a video that Omote's own tracker reads, without MediaPipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bridge.trackers.face_finder import installed_finder
from inference.model_folder import is_model_folder
from protocol.channels import CHANNEL_INDEX
from runtime.engines.null import read_bars
from tests.omote.commands.rendering import null_avatar, pngs, render

pytest.importorskip("cv2")
pytest.importorskip("av")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytestmark = pytest.mark.skipif(not is_model_folder(installed_finder()), reason="no finder ships")

#: Runs the command where there is no MediaPipe.
WITHOUT_MEDIAPIPE = (
    "import sys; sys.modules['mediapipe'] = None\n"
    "from omote.__main__ import main; sys.exit(main(sys.argv[1:]))"
)


@pytest.fixture
def avatar(tmp_path: Path) -> Path:
    return null_avatar(tmp_path / "avatar")


@pytest.fixture
def drive(shared: Path) -> Path:
    """A person who smiles, talks and blinks for three seconds."""
    return shared / "media" / "driving" / "d0.mp4"


def bars(folder: Path, layer: str, name: str) -> np.ndarray:
    pictures = [np.asarray(Image.open(file)) for file in sorted(folder.glob("*.png"))]
    return np.array([read_bars(one)[CHANNEL_INDEX[layer][name]] for one in pictures])


def test_a_clip_moves_the_face_as_mediapipe_sees_it_where_there_is_none(
    avatar: Path, drive: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = ("--avatar", avatar, "--drive", drive, "--size", "512", "--fps", "10")
    own = [str(one) for one in ("render", *common, "--tracker", "omote", "-o", tmp_path / "own")]
    made = subprocess.run(
        [sys.executable, "-c", WITHOUT_MEDIAPIPE, *own], capture_output=True, text=True, timeout=300
    )
    assert made.returncode == 0, made.stderr
    assert "no face" not in made.stderr
    pytest.importorskip("mediapipe")
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
    assert render(*common, "-o", tmp_path / "other") == 0
    for name in ("mouthSmileLeft", "jawOpen"):
        first, second = (bars(tmp_path / place, "expression", name) for place in ("own", "other"))
        assert len(first) == len(second) == 32
        assert np.corrcoef(first, second)[0, 1] > 0.8, name


def test_the_same_clip_gives_the_same_pictures_and_a_median_rest_others(
    avatar: Path, drive: Path, tmp_path: Path
) -> None:
    common = ("--avatar", avatar, "--drive", drive, "--size", "128", "--fps", "5", "--tracker", "omote")
    for out, neutral in (("one", "first"), ("two", "first"), ("median", "median"), ("none", "none")):
        assert render(*common, "-o", tmp_path / out, "--neutral", neutral) == 0
    one, two, median, none = (pngs(tmp_path / out) for out in ("one", "two", "median", "none"))
    assert one == two
    assert len({one[-1], median[-1], none[-1]}) == 3


@pytest.mark.parametrize("option", [("--raw-expression",), ("--face-landmarker", "face.task")])
def test_what_is_mediapipes_is_refused(
    option: tuple[str, ...], avatar: Path, drive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    assert render("--avatar", avatar, "--drive", drive, "--tracker", "omote", *option, "-o", out) == 1
    assert f"{option[0]} is for MediaPipe" in capfd.readouterr().err
