"""Exports the network of personal heads as the model folder that the head engine reads.

export_personal(net, Path("runtime/networks/personal"), ModelCard(trained_on="...", hours=0.4))
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from face.head_model import load_head_model
from face.vertex_features import FEATURES, VertexFeatures
from networks.personal import PersonalSkinNet
from runtime.inference.personal_model import BASIS_FILE, PERSONAL
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph


class _Basis(nn.Module):
    """The basis of a head, and the weights of the codes, which the engine computes itself."""

    def __init__(self, net: PersonalSkinNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        # added to something of the input, because a graph's output cannot be a constant
        nothing = 0.0 * features[0, 0]
        return self.net.basis(features), self.net.code.weight + nothing, self.net.code.bias + nothing


def export_personal(net: PersonalSkinNet, folder: Path, card: ModelCard) -> None:
    """Write the model folder, for the vertices of the head model's face; files that are there are replaced.

    Raises:
        TrainingError: the file would be larger than is read.
    """
    example = (torch.zeros(len(VertexFeatures(load_head_model()).face), FEATURES),)
    graph = onnx_graph(_Basis(net.eval()), example, ["features"], ["basis", "code_weight", "code_bias"])
    write_model_folder(folder, PERSONAL.name, {BASIS_FILE: graph}, PERSONAL.sizes, card)
