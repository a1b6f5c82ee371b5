"""Exports a trained parsing network as the model folder that authoring reads: an ONNX file and `model.toml`.

export_parsing(net, Path("authoring/networks/parsing"), ModelCard(trained_on="...", hours=1.2))
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from authoring.portrait.parsing import PARSING, PARSING_FILE
from networks.parsing import ParsingNet
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph
from vision.portrait_parts import INPUT_PLANES, INPUT_PX


class _Shares(nn.Module):
    """The network with shares 0..1 in place of logits."""

    def __init__(self, net: ParsingNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.net(planes)
        return functional.softmax(logits.part, 1), torch.sigmoid(logits.alpha)


def export_parsing(net: ParsingNet, folder: Path, card: ModelCard) -> None:
    """Write a network's model folder; files that are there are replaced.

    Raises:
        TrainingError: the file would be larger than authoring reads.
    """
    example = (torch.zeros(1, INPUT_PLANES, INPUT_PX, INPUT_PX),)
    graph = onnx_graph(_Shares(net.eval()).eval(), example, ["planes"], ["part", "alpha"])
    write_model_folder(folder, PARSING.name, {PARSING_FILE: graph}, PARSING.sizes, card)
