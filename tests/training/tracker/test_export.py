from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import onnx

from bridge.trackers.tracker_network import load_tracker_model
from tests.networks.tracker_models import random_tracker
from training.model_folder_writer import ModelCard
from training.tracker.export import export_tracker


def test_the_folder_is_what_the_bridge_reads(tmp_path: Path) -> None:
    export_tracker(random_tracker(), tmp_path / "tracker", ModelCard("nothing", 0.5, is_trial=True))
    model = load_tracker_model(tmp_path / "tracker")
    assert (model.name, model.hours, model.is_trial, model.trained_on) == ("tracker", 0.5, True, "nothing")
    graph = onnx.load_model_from_string(model.graphs["tracker.onnx"])
    assert {node.domain for node in graph.graph.node} == {""}  # standard operators only
    kinds = {node.op_type for node in graph.graph.node}
    assert "BatchNormalization" not in kinds  # folded into the convolutions
    assert "Conv" in kinds
