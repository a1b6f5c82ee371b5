"""What LivePortrait reads in a picture is what its torch networks give; files of other networks are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from authoring.liveportrait.portrait_reader import PortraitReader, angle_deg
from inference.errors import ModelError
from runtime.inference.liveportrait_network import find_liveportrait
from tests.networks.liveportrait.random_weights import keypoints
from tests.networks.liveportrait.tiny_weights import SIDE, tiny_networks


def test_a_bin_is_three_degrees() -> None:
    logits = np.full(66, -100.0, np.float32)
    logits[40] = 0.0
    assert angle_deg(logits) == pytest.approx(40 * 3 - 97.5)
    logits[41] = 0.0
    assert angle_deg(logits) == pytest.approx(40.5 * 3 - 97.5)
    assert angle_deg(np.array([12.5], np.float32)) == 12.5


def test_a_picture_is_read_as_rgb_from_0_to_1(liveportrait_weights: Path) -> None:
    reader = PortraitReader(find_liveportrait(liveportrait_weights))
    assert reader.side == SIDE
    picture = np.random.RandomState(3).randint(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    image = torch.from_numpy(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    seen, wanted = reader.read(picture), tiny_networks().motion(image)
    np.testing.assert_allclose(seen.translation, wanted.t[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(seen.scale, wanted.scale[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(seen.expression.reshape(-1), wanted.exp[0].numpy(), atol=1e-4)


def test_retargeting_gives_a_change_of_every_keypoint(liveportrait_weights: Path, tmp_path: Path) -> None:
    source = keypoints(4)[0].numpy()
    reader = PortraitReader(find_liveportrait(liveportrait_weights))
    change = reader.retarget("stitching_lip.onnx", source, (0.4, 0.0))
    given = torch.tensor([[*source.reshape(-1), 0.4, 0.0]])
    np.testing.assert_allclose(change, tiny_networks().lip(given).reshape(21, 3).numpy(), atol=1e-5)
    for path in liveportrait_weights.iterdir():
        if path.name != "stitching_lip.onnx":
            shutil.copy(path, tmp_path)
    without = PortraitReader(find_liveportrait(tmp_path))
    assert without.retarget("stitching_lip.onnx", source, (0.4, 0.0)) is None


def test_another_network_is_refused(liveportrait_weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(liveportrait_weights, folder)
    shutil.copy(folder / "appearance_feature_extractor.onnx", folder / "motion_extractor.onnx")
    with pytest.raises(
        ModelError, match="has the inputs img and the outputs output, expected img and exp, kp"
    ):
        PortraitReader(find_liveportrait(folder))
