from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import onnx
import torch

from bridge.trackers.face_finder import FINDER_FILE, load_finder_model
from inference.session import open_session
from networks.finder import FinderNet
from training.finder.export import export_finder
from training.model_folder_writer import ModelCard
from vision.face_search import SEARCH_PX


def test_the_graph_is_small_and_says_what_the_torch_network_says(tmp_path: Path) -> None:
    torch.manual_seed(3)
    net = FinderNet().eval()
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(weight.half().float())
    export_finder(net, tmp_path / "finder", ModelCard("nothing", 0.5, is_trial=True))
    model = load_finder_model(tmp_path / "finder")
    assert len(model.graphs[FINDER_FILE]) < 1_500_000
    graph = onnx.load_model_from_string(model.graphs[FINDER_FILE])
    assert {node.domain for node in graph.graph.node} == {""}  # standard operators only
    session = open_session(model.graphs[FINDER_FILE], "cpu", 1)
    planes = np.random.default_rng(0).random((1, 3, SEARCH_PX, SEARCH_PX)).astype(np.float32)
    session.inputs["planes"][:] = planes
    session.run()
    with torch.no_grad():
        wanted = net(torch.from_numpy(planes))
    np.testing.assert_allclose(session.outputs["score"], wanted.logit.sigmoid(), atol=1e-3)
    np.testing.assert_allclose(session.outputs["places"], wanted.places, atol=1e-2)
