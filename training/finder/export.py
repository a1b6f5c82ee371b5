"""Exports a trained finder as the model folder that the bridge reads.

export_finder(net, Path("bridge/networks/finder"), ModelCard(trained_on="...", hours=0.5))
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from bridge.trackers.face_finder import FINDER, FINDER_FILE
from networks.finder import FinderNet
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph
from vision.face_search import SEARCH_PX


class _Finder(nn.Module):
    """The network with its scores as chances."""

    def __init__(self, net: FinderNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        found = self.net(planes)
        return found.logit.sigmoid(), found.places


def export_finder(net: FinderNet, folder: Path, card: ModelCard) -> None:
    """Write a network's model folder, for one picture at a time; files that are there are replaced.

    Raises:
        TrainingError: the file would be larger than is read.
    """
    example = (torch.zeros(1, 3, SEARCH_PX, SEARCH_PX),)
    graph = onnx_graph(_Finder(net).eval(), example, ["planes"], ["score", "places"])
    write_model_folder(folder, FINDER.name, {FINDER_FILE: graph}, FINDER.sizes, card)
