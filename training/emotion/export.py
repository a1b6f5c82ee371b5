"""Exports a trained emotion filter as the model folder that the runtime reads.

export_emotion_filter(net, Path("runtime/networks/emotion"), ModelCard(trained_on="...", hours=0.4))
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from face.frame_history import AGES
from networks.emotion_filter import EmotionFilterNet
from protocol.blendshapes import BLENDSHAPES
from runtime.inference.emotion_model import EMOTION, FILTER_FILE
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph


class _Filter(nn.Module):
    """The filter without the divergence, which only training needs."""

    def __init__(self, net: EmotionFilterNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, history: Tensor) -> Tensor:
        made: Tensor = self.net(history).expression
        return made


def export_emotion_filter(net: EmotionFilterNet, folder: Path, card: ModelCard) -> None:
    """Write the model folder, for one frame at a time; files that are there are replaced.

    Raises:
        TrainingError: the file would be larger than is read.
    """
    example = (torch.zeros(1, len(AGES), len(BLENDSHAPES)),)
    graph = onnx_graph(_Filter(net.eval()), example, ["history"], ["expression"])
    write_model_folder(folder, EMOTION.name, {FILTER_FILE: graph}, EMOTION.sizes, card)
