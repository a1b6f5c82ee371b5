"""The exported graph, frame by frame with its state in and out, against the network on the whole recording at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="export needs onnx: pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="the graph is run by ONNX Runtime")

import torch

from bridge.devices.voice_network import DELAYS, load_voice_model, open_voice_network
from networks.voice import DELAYS as TRAINED_DELAYS
from networks.voice import INPUTS, VoiceNet
from training.model_folder_writer import ModelCard
from training.voice.export import export_voice


def test_streaming_equals_the_whole_recording_and_onnx_equals_torch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = VoiceNet().eval()
    export_voice(net, tmp_path, ModelCard("nothing", 0.0))
    assert (tmp_path / "voice.onnx").stat().st_size < 2_000_000
    network = open_voice_network(load_voice_model(tmp_path))
    bands = np.random.default_rng(0).normal(0.0, 1.0, (90, INPUTS)).astype(np.float32)
    with torch.no_grad():
        whole, _ = net(torch.from_numpy(bands)[None])
    for _ in range(2):  # the second time after a reset
        heard = [network.hear(frame) for frame in bands[:1]]
        frames = [(heard[0].controls.copy(), heard[0].visemes.copy(), heard[0].speaks.copy())]
        for frame in bands[1:]:
            one = network.hear(frame)
            frames.append((one.controls.copy(), one.visemes.copy(), one.speaks.copy()))
        controls, visemes, speaks = (np.stack(every) for every in zip(*frames, strict=True))
        # weights are stored as float16
        np.testing.assert_allclose(controls, whole.controls[0].numpy(), atol=1e-3)
        np.testing.assert_allclose(visemes, whole.visemes[0].softmax(2).numpy(), atol=1e-3)
        np.testing.assert_allclose(speaks, whole.speaks[0].sigmoid().numpy(), atol=1e-3)
        network.reset()


def test_bridge_and_network_have_the_same_delays() -> None:
    assert DELAYS == TRAINED_DELAYS
