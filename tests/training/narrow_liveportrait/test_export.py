"""Narrow networks as files: complete for the engine, and an avatar is made with them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from authoring.liveportrait.portrait_reader import PortraitReader
from runtime.inference.liveportrait_network import LivePortraitNetwork, find_liveportrait
from training.errors import TrainingError
from training.loop import WEIGHTS
from training.narrow_liveportrait.batches import MADE_PX, READ_PX
from training.narrow_liveportrait.export import export_narrow, networks_of
from training.narrow_liveportrait.motion import MOTION_PX
from training.narrow_liveportrait.train import PictureNetworks


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with weights by seed."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("narrow")
    torch.save(PictureNetworks().state_dict(), folder / WEIGHTS)
    return folder


def test_the_engine_and_the_authoring_take_the_files(run: Path, tmp_path: Path) -> None:
    export_narrow(run, tmp_path / "onnx")
    found = find_liveportrait(tmp_path / "onnx")
    assert {one.name for one in found.weights.files} - set(found.files) == {
        "stitching_eye.onnx",
        "stitching_lip.onnx",
    }
    assert sum(path.stat().st_size for path in found.files.values()) < 12e6
    picture = np.random.default_rng(0).integers(0, 256, (MOTION_PX, MOTION_PX, 3)).astype(np.uint8)
    reader = PortraitReader(found)
    assert reader.side == MOTION_PX
    seen, volume = reader.read(picture), reader.appearance(picture)  # F's pictures are smaller
    network = LivePortraitNetwork(found, "cpu")
    source = seen.keypoints[None] + np.float32(0.1)
    network.wear(volume, source)
    driving = source + np.float32(0.05)
    made = network.draw(driving).copy()
    assert made.shape == (3, MADE_PX, MADE_PX)
    # the same in torch, of the picture at F's size
    networks = networks_of(torch.load(run / WEIGHTS, weights_only=True))
    wanted = networks.generator(
        networks.warping(torch.from_numpy(volume), torch.from_numpy(driving), torch.from_numpy(source)).out
    )
    np.testing.assert_allclose(made, wanted[0].numpy(), atol=0.02)  # weights are stored as float16
    assert volume.shape[-1] == READ_PX // 4


def test_other_weights_are_refused_with_the_command(run: Path, tmp_path: Path) -> None:
    torch.save({"net": torch.zeros(1)}, tmp_path / WEIGHTS)
    with pytest.raises(TrainingError, match="no weights of omote-train liveportrait"):
        export_narrow(tmp_path, tmp_path / "onnx")
    shutil.rmtree(tmp_path / "onnx", ignore_errors=True)
    with pytest.raises(TrainingError, match="no weights"):
        export_narrow(tmp_path / "missing", tmp_path / "onnx")
