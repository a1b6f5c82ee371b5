"""The network that ships, read back into torch, against what ONNX Runtime answers from the same file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="reading exported weights needs onnx: pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="the graph is run by ONNX Runtime")

import onnx
import torch

from bridge.devices.voice_network import VOICE_FILE, installed_voice, load_voice_model, open_voice_network
from inference.model_folder import ModelFolder
from networks.voice import INPUTS, VoiceNet
from training.errors import TrainingError
from training.model_folder_writer import ModelCard
from training.voice.export import export_voice
from training.voice.shipped import voice_net_of


def assert_answers_alike(net: VoiceNet, model: ModelFolder) -> None:
    """Over 90 frames, so that the memory counts; bands as loud and as varied as speech."""
    network = open_voice_network(model)
    bands = np.random.default_rng(0).normal(0.0, 1.0, (90, INPUTS)).astype(np.float32)
    with torch.no_grad():
        whole, _ = net.eval()(torch.from_numpy(bands)[None])
    for number, frame in enumerate(bands):
        heard = network.hear(frame)
        np.testing.assert_allclose(whole.controls[0, number].numpy(), heard.controls, atol=2e-3)
        np.testing.assert_allclose(whole.visemes[0, number].softmax(1).numpy(), heard.visemes, atol=2e-3)
        np.testing.assert_allclose(whole.speaks[0, number].sigmoid().numpy(), heard.speaks, atol=2e-3)


def test_the_network_that_ships_answers_in_torch_as_in_onnx_runtime() -> None:
    model = load_voice_model(installed_voice())
    assert_answers_alike(voice_net_of(model), model)


def test_every_weight_of_an_export_comes_back_as_it_was_but_for_its_rounding(tmp_path: Path) -> None:
    torch.manual_seed(3)
    net = VoiceNet()
    export_voice(net, tmp_path, ModelCard("nothing", 0.0))
    again = voice_net_of(load_voice_model(tmp_path)).state_dict()
    for name, weight in net.state_dict().items():
        torch.testing.assert_close(again[name], weight, atol=1e-7, rtol=2**-11)


def test_a_network_of_another_form_is_refused_with_what_to_do() -> None:
    model = load_voice_model(installed_voice())
    graph = onnx.load_model_from_string(model.graphs[VOICE_FILE])
    nodes = [node for node in graph.graph.node if node.op_type != "GRU"]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    other = replace(model, graphs={VOICE_FILE: graph.SerializeToString()})
    with pytest.raises(TrainingError, match=r"0 recurrent units and 1 heads.*without --begin-with"):
        voice_net_of(other)
