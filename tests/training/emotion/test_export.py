from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from face.emotion_shapes import STRENGTH, expression_of
from networks.emotion_filter import EMOTION_CODE, EmotionFilterNet, HolisticEncoder
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from runtime.inference.emotion_model import load_emotion_model
from runtime.layers.learned_emotion_composite import LearnedEmotionComposite
from runtime.layers.learned_emotion_filter import LearnedEmotionFilter
from training.emotion.export import export_emotion
from training.emotion.nets import EmotionNets, compose_takes, filter_as_shipped
from training.emotion.recipe import EmotionRecipe
from training.emotion.trained import EmotionRun
from training.errors import TrainingError
from training.model_folder_writer import ModelCard


def run_of(filter_net: EmotionFilterNet | None = None) -> EmotionRun:
    """Untrained networks as a run."""
    torch.manual_seed(6)
    nets = EmotionNets(EmotionRecipe())
    if filter_net is not None:
        nets.filter = filter_net
    return EmotionRun(EmotionRecipe(), nets.requires_grad_(False).eval(), HolisticEncoder().eval())


def test_the_runtime_filters_as_the_trained_network_does(tmp_path: Path) -> None:
    torch.manual_seed(2)
    net = EmotionFilterNet()
    with torch.no_grad():  # an untrained one would let nearly everything pass
        for region in net.filters:
            region.decoder[2].weight.mul_(40.0)
    net.eval()
    takes = np.random.default_rng(3).random((1, 60, 52)).astype(np.float32)
    known = filter_as_shipped(net, takes)[0]
    assert float(np.abs(known - takes[0]).mean()) > 0.02
    export_emotion(run_of(net), tmp_path / "model", ModelCard("nothing", 0.0, is_trial=True))
    emotion_filter = LearnedEmotionFilter(load_emotion_model(tmp_path / "model"))
    for number, frame in enumerate(takes[0].copy()):
        emotion_filter(frame, 1.0, 1.0 / 30.0 if number else 0.0)
        np.testing.assert_allclose(frame, known[number], atol=5e-3)  # weights of 16 bits


def kept_shut(made: np.ndarray, basic: np.ndarray) -> np.ndarray:
    """With the closure of the basic expression, as a share of the jaw's opening."""
    jaw, close = INDEX["jawOpen"], INDEX["mouthClose"]
    out = made.copy()
    shut = min(basic[close] / max(basic[jaw], 0.065), 1.0)
    least = min(basic[jaw] - basic[close], made[jaw] - made[close])
    gap = max((1.0 - 3.0 * shut**2 + 2.0 * shut**3) * made[jaw], least)
    out[close] = max(made[close], made[jaw] - gap)
    return out


def test_the_runtime_adds_what_the_composite_makes_of_an_emotion_beyond_none(tmp_path: Path) -> None:
    run = run_of()
    export_emotion(run, tmp_path / "model", ModelCard("nothing", 0.0, is_trial=True))
    composite = LearnedEmotionComposite(load_emotion_model(tmp_path / "model"))
    random = np.random.default_rng(4)
    for _ in range(5):
        basic, felt = random.random(52).astype(np.float32), random.random(len(EMOTIONS)).astype(np.float32)
        wanted = np.zeros(52, np.float32)
        expression_of(felt, wanted)
        with torch.no_grad():
            codes = run.encoder(
                torch.from_numpy(np.stack([(STRENGTH * wanted).clip(0.0, 1.0), np.zeros_like(wanted)]))
            )
        assert codes.shape == (2, EMOTION_CODE)
        full, none = (
            compose_takes(run.nets.composite, basic[None, None], code[None, None].numpy())[0, 0]
            for code in codes
        )
        out = basic.copy()
        composite(out, felt, basic, 10.0)  # lips that met the last time no longer do
        known = kept_shut((basic + full - none).clip(0.0, 1.0), basic)
        np.testing.assert_allclose(out, known, atol=5e-3)  # weights of 16 bits
        assert float(np.abs(out - basic).max()) > 0.01


def test_a_run_without_the_composite_is_not_exported(tmp_path: Path) -> None:
    run = EmotionRun(EmotionRecipe("composite"), EmotionNets(EmotionRecipe("composite")), HolisticEncoder())
    with pytest.raises(TrainingError, match="without composite"):
        export_emotion(run, tmp_path / "model", ModelCard("nothing", 0.0))
