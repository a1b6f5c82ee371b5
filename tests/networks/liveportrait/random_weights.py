"""Weights and inputs by seed, the same for ever: NumPy's RandomState is frozen (NEP 19)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from networks.liveportrait.sizes import NetworkSizes

#: A quarter of the width or less, and smaller pictures: a second for all networks together.
NARROW = NetworkSizes(
    first=16,
    volume=8,
    depth=8,
    hourglass=(16, 32, 64),
    stages=(8, 16, 24, 32),
    blocks=(1, 1, 2, 1),
)
#: Side of the pictures that go with it.
NARROW_PX = 64


def numbers(seed: int, *shape: int) -> Tensor:
    """Normal numbers."""
    return torch.from_numpy(np.random.RandomState(seed).standard_normal(shape).astype(np.float32))


def picture(seed: int, side: int) -> Tensor:
    """(1, 3, S, S) 0..1."""
    values = np.random.RandomState(seed).random_sample((1, 3, side, side))
    return torch.from_numpy(values.astype(np.float32))


def keypoints(seed: int, *, spread: float = 0.3) -> Tensor:
    """(1, 21, 3)."""
    return spread * numbers(seed, 1, 21, 3)


def fill(state: dict[str, Tensor], seed: int) -> None:
    """Overwrite a state dict in place; nothing is left at a value that would hide a mistake.

    Vectors of a spectral normalisation are unit vectors, running variances positive, and normalisations not the identity.
    """
    random = np.random.RandomState(seed)
    for name in sorted(state):
        value, kind = state[name], name.rpartition(".")[2]
        if kind == "num_batches_tracked":
            continue
        drawn = torch.from_numpy(random.standard_normal(tuple(value.shape)).astype(np.float32))
        if kind == "running_var":
            drawn = 0.5 + drawn.abs()
        elif kind == "weight_u":
            drawn = drawn / drawn.norm()
        elif kind == "weight_v":
            drawn = _singular(state, name)
        elif value.dim() == 1 and kind == "weight":
            drawn = 1.0 + 0.3 * drawn
        elif value.dim() == 1 or kind in ("gamma", "beta"):
            drawn = 0.2 * drawn
        else:
            drawn = drawn * (1.6 / value[0].numel()) ** 0.5
        value.copy_(drawn)


def _singular(state: dict[str, Tensor], name: str) -> Tensor:
    """The v that goes with a weight's u after a few steps of power iteration, as training leaves it; u is changed."""
    u, flat = state[name[:-1] + "u"], state[name[:-1] + "orig"].flatten(1)
    for _ in range(5):
        v = u @ flat
        v = v / v.norm()
        u.copy_(flat @ v / (flat @ v).norm())
    return v


def randomised(network: nn.Module, seed: int) -> nn.Module:
    """The network with weights by seed, ready to compute."""
    state = network.state_dict()
    fill(state, seed)
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def facts(value: Tensor) -> dict[str, object]:
    """What is kept of an output: shape, mean, standard deviation, and sixteen samples spread over it."""
    flat = value.detach().flatten().double()
    places = [int(place) for place in np.linspace(0, len(flat) - 1, 16)]
    return {
        "shape": list(value.shape),
        "mean": round(float(flat.mean()), 7),
        "std": round(float(flat.std(correction=0)), 7),
        "samples": [round(float(flat[place]), 7) for place in places],
    }
