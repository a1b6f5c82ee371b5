from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from networks.emotion_filter import EmotionFilterNet
from runtime.inference.emotion_model import load_emotion_model
from runtime.layers.learned_emotion_filter import LearnedEmotionFilter
from training.emotion.export import export_emotion_filter
from training.emotion.nets import filter_takes
from training.model_folder_writer import ModelCard


def test_the_runtime_filters_as_the_trained_network_does(tmp_path: Path) -> None:
    torch.manual_seed(2)
    net = EmotionFilterNet()
    with torch.no_grad():  # an untrained one would let nearly everything pass
        for region in net.filters:
            region.decoder[2].weight.mul_(40.0)
    net.eval()
    takes = np.random.default_rng(3).random((1, 60, 52)).astype(np.float32)
    known = filter_takes(net, takes)[0]
    assert float(np.abs(known - takes[0]).mean()) > 0.02
    export_emotion_filter(net, tmp_path / "model", ModelCard("nothing", 0.0, is_trial=True))
    emotion_filter = LearnedEmotionFilter(load_emotion_model(tmp_path / "model"))
    for number, frame in enumerate(takes[0].copy()):
        emotion_filter(frame, 1.0, 1.0 / 30.0 if number else 0.0)
        np.testing.assert_allclose(frame, known[number], atol=5e-3)  # weights of 16 bits
