"""Exports a trained emotion filter and composite as the model folder that the runtime reads.

export_emotion(run, Path("runtime/networks/emotion"), ModelCard(trained_on="...", hours=0.4))
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from face.frame_history import AGES
from networks.composite import AnchoredComposite, CompositeNet
from networks.emotion_filter import EmotionFilterNet
from networks.flat_composite import Felt, FeltPart, FramePart
from protocol.blendshapes import BLENDSHAPES
from runtime.inference.emotion_model import COMPOSITE_FILE, EMOTION, FELT_FILE, FILTER_FILE
from training.emotion.trained import EmotionRun
from training.errors import TrainingError
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


def export_emotion(run: EmotionRun, folder: Path, card: ModelCard) -> None:
    """Write the model folder, for one frame at a time; files that are there are replaced.

    Raises:
        TrainingError: a file would be larger than is read, or the run has learned without the composite.
    """
    if not isinstance(run.nets.composite, CompositeNet):
        raise TrainingError(
            "a run --without composite can be measured, not exported; export one that has a composite"
        )
    anchored = AnchoredComposite(run.nets.composite, run.encoder).eval().requires_grad_(False)
    felt, made = FeltPart(anchored).eval(), FramePart(anchored).eval()
    frame = torch.zeros(1, len(BLENDSHAPES))
    history = torch.zeros(1, len(AGES), len(BLENDSHAPES))
    graphs = {
        FILTER_FILE: onnx_graph(_Filter(run.nets.filter.eval()), (history,), ["history"], ["expression"]),
        FELT_FILE: onnx_graph(felt, (frame,), ["wanted"], list(Felt._fields)),
        COMPOSITE_FILE: onnx_graph(made, (frame, *felt(frame)), ["basic", *Felt._fields], ["expression"]),
    }
    write_model_folder(folder, EMOTION.name, graphs, EMOTION.sizes, card)
