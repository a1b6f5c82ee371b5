"""Exports a trained transformer as a model folder: ONNX files and `model.toml`.

`portrait.onnx` reads the portrait once; `frames.onnx` makes one step of one chunk. The state of a stream is its inputs and
outputs: `past_keys` and `past_values` of the last `past` frames, the newest last, `given` (past,) 1 where there is one yet;
`keys` and `values` are those of the chunk, to be kept of its last step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from face.conditions import CHANNELS_IN
from face.ray_maps import MAPS
from networks.attention import KeysValues
from networks.conditioning import EMOTIONS_IN, EXPRESSION_IN, POSE_IN, Steering
from networks.dit import Dit
from networks.flow import Flow
from networks.patches import PICTURE
from training.model_folder_writer import ModelCard, write_model_folder
from training.onnx_graph import onnx_graph

PORTRAIT_FILE: Final = "portrait.onnx"
FRAMES_FILE: Final = "frames.onnx"


class _Portrait(nn.Module):
    def __init__(self, net: Dit) -> None:
        super().__init__()
        self.net = net

    def forward(self, planes: Tensor, maps: Tensor) -> tuple[Tensor, ...]:
        memory = self.net.remember(planes, maps)
        assert memory is not None
        return tuple(memory)


class _Frames(nn.Module):
    """One step with the caches as plain tensors; parts that the design has not are absent."""

    def __init__(self, net: Dit) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, noisy: Tensor, time: Tensor, planes: Tensor, maps: Tensor, *rest: Tensor
    ) -> tuple[Tensor, ...]:
        given, caches = rest[3:], []
        for is_there in ("reference" not in self.net.design.without, self.net.design.past > 0):
            caches.append(KeysValues(*given[:2]) if is_there else None)
            given = given[2:] if is_there else given
        clean, now = self.net(
            noisy, time, planes, maps, Steering(*rest[:3]), *caches, given[0] if caches[1] else None
        )
        return clean, *now


def export_diffusion(
    net: Dit, flow: Flow, folder: Path, card: ModelCard, *, is_in_bytes: bool = True
) -> None:
    """Write a network's model folder; files that are there are replaced.

    Args:
        flow: that it was trained for. folder: is made if missing.
        is_in_bytes: whether matrices are stored as int8; else all weights as float32.

    Raises:
        TrainingError: a file would be larger than is read.
    """
    design, net = net.design, net.eval()
    chunk, side, grid = design.chunk, design.side, design.grid
    heads = (design.heads, design.width // design.heads)
    has_portrait = "reference" not in design.without
    inputs = {
        "noisy": (1, chunk, PICTURE, side, side),
        "time": (1, chunk),
        "planes": (1, chunk, CHANNELS_IN, side, side),
        "maps": (1, chunk, MAPS, grid, grid),
        "expression": (1, chunk, EXPRESSION_IN),
        "emotion": (1, chunk, EMOTIONS_IN),
        "pose": (1, chunk, POSE_IN),
    }
    if has_portrait:
        sink = (design.depth, 1, 1, heads[0], design.reference_grid**2, heads[1])
        inputs |= {"portrait_keys": sink, "portrait_values": sink}
    if design.past:
        past = (design.depth, 1, design.past, heads[0], grid**2, heads[1])
        inputs |= {"past_keys": past, "past_values": past, "given": (design.past,)}
    example = tuple(torch.zeros(shape) for shape in inputs.values())
    graphs = {
        FRAMES_FILE: onnx_graph(
            _Frames(net),
            example,
            list(inputs),
            ["clean", "keys", "values"],
            is_halved=is_in_bytes,
            is_in_bytes=is_in_bytes,
        )
    }
    if has_portrait:
        seen = (torch.zeros(1, CHANNELS_IN, side, side), torch.zeros(1, MAPS, grid, grid))
        graphs[PORTRAIT_FILE] = onnx_graph(
            _Portrait(net),
            seen,
            ["planes", "maps"],
            ["portrait_keys", "portrait_values"],
            is_halved=is_in_bytes,
            is_in_bytes=is_in_bytes,
        )
    numbers = {
        "side": side,
        "grid": grid,
        "channels_in": CHANNELS_IN,
        "chunk": chunk,
        "past": design.past,
        "from_draft": int(flow.from_draft),
        "noise_percent": round(100 * flow.noise * flow.temperature),
    }
    write_model_folder(folder, "diffusion", graphs, numbers, card)
