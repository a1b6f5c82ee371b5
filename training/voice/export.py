"""Exports a trained voice network as the model folder that the bridge reads: one frame at a time, its state in and out.

export_voice(net, Path("bridge/networks/voice"), ModelCard(trained_on="...", hours=1.0))
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from bridge.devices.voice_network import NEXT, STATE, VOICE, VOICE_FILE
from networks.voice import INPUTS, VoiceNet, VoiceState
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph


class _Frame(nn.Module):
    """One frame with the state as plain tensors, which the exporter names."""

    def __init__(self, net: VoiceNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, bands: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        reading, follows = self.net(bands, VoiceState(state[:-1], state[-1]))
        return (
            reading.controls,
            reading.visemes.softmax(3),
            reading.speaks.sigmoid(),
            *follows.frames,
            follows.memory,
        )


def export_voice(net: VoiceNet, folder: Path, card: ModelCard) -> None:
    """Write a network's model folder; files that are there are replaced.

    Raises:
        TrainingError: the file would be larger than is read.
    """
    state = net.eval().first_state()
    tensors = (*state.frames, state.memory)
    names = [f"{STATE}{number}" for number in range(len(tensors))]
    outputs = ["controls", "visemes", "speaks", *(name + NEXT for name in names)]
    with torch.no_grad():
        graph = onnx_graph(_Frame(net), (torch.zeros(1, 1, INPUTS), *tensors), ["bands", *names], outputs)
    write_model_folder(folder, VOICE.name, {VOICE_FILE: graph}, VOICE.sizes, card)
