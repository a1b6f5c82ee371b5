"""Exports a trained tracker as the model folder that the bridge reads.

export_tracker(net, Path("bridge/networks/tracker"), ModelCard(trained_on="...", hours=2.0))
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from bridge.trackers.tracker_network import TRACKER, TRACKER_FILE
from networks.tracker import TrackerNet, TrackerReading
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph
from vision.face_crops import EYE_PX, FACE_PX, MOUTH_PX
from vision.tracker_outputs import REST


class _Tracker(nn.Module):
    """The network with its outputs as a plain tuple, which the exporter names."""

    def __init__(self, net: TrackerNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, face: Tensor, eyes: Tensor, mouth: Tensor, rest: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.net(face, eyes, mouth, rest))


def export_tracker(net: TrackerNet, folder: Path, card: ModelCard) -> None:
    """Write a network's model folder, for one picture at a time; files that are there are replaced.

    Raises:
        TrainingError: the file would be larger than is read.
    """
    example = (
        torch.zeros(1, 3, FACE_PX, FACE_PX),
        torch.zeros(2, 3, EYE_PX, EYE_PX),
        torch.zeros(1, 3, *MOUTH_PX),
        torch.zeros(1, REST),
    )
    inputs, outputs = ["face", "eyes", "mouth", "rest"], list(TrackerReading._fields)
    # half the bytes, and no worse: docs/own-tracker.md, speed and size
    graph = onnx_graph(_Tracker(net.eval()), example, inputs, outputs, is_in_bytes=True)
    write_model_folder(folder, TRACKER.name, {TRACKER_FILE: graph}, TRACKER.sizes, card)
