from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from face.avatar import load_avatar
from face.rig import load_rig
from face.vertex_features import VertexFeatures
from networks.personal import PersonalSkinNet
from runtime.engines.personal_skin import personal_skin
from runtime.inference.personal_model import load_personal_model
from training.model_folder_writer import ModelCard
from training.personal.export import export_personal


def test_the_engine_asks_the_network_that_was_trained(drawn_avatar: Path, tmp_path: Path) -> None:
    torch.manual_seed(5)
    net = PersonalSkinNet().eval()
    with torch.no_grad():
        net.trunk[6].weight.mul_(20.0)
    export_personal(net, tmp_path / "model", ModelCard("nothing", 0.0, is_trial=True))
    rig = load_rig(load_avatar(drawn_avatar))
    skin = personal_skin(rig, load_personal_model(tmp_path / "model"), strength=0.5, age=1.0)
    expression = np.random.default_rng(0).random(52).astype(np.float32)
    features = VertexFeatures(rig.model)
    with torch.no_grad():
        basis = net.basis(torch.from_numpy(features(rig.neutral[features.face])))
        expected = torch.einsum("k,vkc->vc", net.codes(torch.from_numpy(expression)), basis).numpy()
    # the corners of the lids and what is near them keep to the lids' own shapes
    mouth = rig.model.vertices[features.face][:, 1] < 0.5
    got = skin.offsets(expression)[features.face]
    assert np.abs(expected[mouth]).max() > 0.1
    np.testing.assert_allclose(got[mouth], 0.5 * expected[mouth], atol=0.01 * np.abs(expected).max())
