"""Small diffusion transformers for tests, and inputs of theirs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from face.conditions import CHANNELS_IN
from face.ray_maps import MAPS
from networks.conditioning import EMOTIONS_IN, EXPRESSION_IN, POSE_IN, Steering
from networks.dit import Dit
from networks.dit_design import DitDesign
from networks.patches import PICTURE

INPUTS = (
    "noisy",
    "time",
    "planes",
    "maps",
    "expression",
    "emotion",
    "pose",
    "portrait_planes",
    "portrait_maps",
)


def small_design(**changed: Any) -> DitDesign:
    """Two blocks of 16 tokens."""
    return DitDesign(
        **({"side": 32, "patch": 8, "width": 32, "depth": 2, "heads": 2, "adapters_every": 1} | changed)
    )


def random_dit(design: DitDesign, seed: int = 0) -> Dit:
    """A network in which nothing begins at zero: every input has an effect."""
    torch.manual_seed(seed)
    net = Dit(design).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            if float(parameter.abs().max()) == 0.0:
                parameter.normal_(std=0.2)
    return net


def random_inputs(design: DitDesign, *, count: int = 1, frames: int = 1, seed: int = 1) -> dict[str, Tensor]:
    """INPUTS of so many examples of so many frames."""
    random = torch.Generator().manual_seed(seed)
    side, grid, first = design.side, design.grid, (count, frames)
    return {
        "noisy": torch.randn(*first, PICTURE, side, side, generator=random),
        "time": torch.rand(*first, generator=random),
        "planes": torch.rand(*first, CHANNELS_IN, side, side, generator=random),
        "maps": torch.randn(*first, MAPS, grid, grid, generator=random),
        "expression": torch.rand(*first, EXPRESSION_IN, generator=random),
        "emotion": torch.rand(*first, EMOTIONS_IN, generator=random),
        "pose": torch.randn(*first, POSE_IN, generator=random),
        "portrait_planes": torch.rand(count, CHANNELS_IN, side, side, generator=random),
        "portrait_maps": torch.randn(count, MAPS, grid, grid, generator=random),
    }


def clean(net: Dit, inputs: dict[str, Tensor]) -> Tensor:
    """The network's clean frames."""
    noisy, time, planes, maps, expression, emotion, pose, *portrait = (inputs[name] for name in INPUTS)
    steering = Steering(expression, emotion, pose)
    return net(noisy, time, planes, maps, steering, net.remember(*portrait))[0]  # type: ignore[no-any-return]
