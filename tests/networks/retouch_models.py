"""Small random retouch networks for tests: their fields are not trivial, and so are their model folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def random_net(seed: int = 0) -> Any:
    """An untrained FormNet whose last layers are strong enough to bend, relight and paint visibly."""
    import torch

    from networks.retouch import FormNet

    torch.manual_seed(seed)
    net = FormNet().eval()
    with torch.no_grad():
        for layer in (net.coarse, net.fine):
            layer.weight.normal_(std=0.03)
            layer.bias.normal_(std=0.2)
    return net


def answering_net(seed: int = 0) -> Any:
    """A `random_net` whose fields change visibly with the avatar's code, smoothly."""
    import torch

    from networks.blocks import Modulated

    net = random_net(seed)
    torch.manual_seed(seed + 200)
    with torch.no_grad():
        net.code[0].weight.normal_(std=0.2)
        for block in net.modules():
            if isinstance(block, Modulated):
                block.second.weight.normal_(std=0.02)
                block.film.weight.normal_(std=0.3)
    return net


def random_regions(seed: int = 0) -> Any:
    """Untrained RegionNets whose last layers are strong enough to bend, relight and paint visibly."""
    import torch

    from networks.regions import RegionNets

    torch.manual_seed(seed + 100)
    nets = RegionNets().eval()
    with torch.no_grad():
        for net in (nets.mouth, nets.eyes):
            for layer in (net.coarse, net.fine):
                layer.weight.normal_(std=0.1)
                layer.bias.normal_(std=0.3)
    return nets


def write_random_model(
    folder: Path,
    seed: int = 0,
    *,
    is_trial: bool = False,
    has_regions: bool = False,
    is_answering: bool = False,
    has_steps: bool = False,
) -> Path:
    """Export `random_net` or `answering_net`, with or without `random_regions` and later steps, into a folder."""
    from training.retouch.export import export_retouch

    net = answering_net(seed) if is_answering else random_net(seed)
    if has_steps:
        learn_steps(net)
    export_retouch(
        net,
        folder,
        regions=random_regions(seed) if has_regions else None,
        trained_on="nothing: random weights",
        hours=0.0,
        is_trial=is_trial,
    )
    return folder


def learn_steps(net: Any) -> Any:
    """Let a network's answers change with what is left of the way."""
    import torch

    with torch.no_grad():
        torch.manual_seed(5)
        net.behind.weight.normal_(std=0.5)
    return net


def halved(net: Any) -> Any:
    """The network with its weights rounded to float16, as the model folder stores them."""
    import torch

    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(weight.half().float())
    return net


def random_inputs(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Planes (1, 17, 128, 128), code (1, 71) and an avatar's code (1, 24), float32."""
    random = np.random.default_rng(seed)
    planes = random.normal(size=(1, 17, 128, 128)).astype(np.float32)
    planes[:, :4] = random.random((1, 4, 128, 128))
    code = random.normal(size=(1, 71)).astype(np.float32) * np.float32(0.3)
    avatar = random.uniform(-1, 1, (1, 24)).astype(np.float32)
    return planes, code, avatar
