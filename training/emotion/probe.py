"""Probe: tells the emotion of a face from its coefficients; a small network, trained where it is used.

probe = trained_probe(expressions, intensities)        # of movers that learn
accuracy = probe.accuracy(others, their_intensities)   # of movers that do not

It sees a frame and the mean of the last second, so that it finds what an emotion leaves behind in either.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from protocol.channels import EMOTIONS
from training.emotion.judging import FELT
from training.emotion.movers import RATE_HZ

Floats = NDArray[np.float32]

_MEAN_S = 0.7


class Probe:
    """A trained classifier."""

    def __init__(self, net: nn.Module) -> None:
        self._net = net

    def accuracy(self, expressions: Floats, intensities: Floats) -> float:
        """Share of the emotional frames of takes (M, T, 52) whose strongest emotion, of (M, T, 8), it names."""
        inputs, wanted = _examples(expressions, intensities)
        with torch.no_grad():
            return float((self._net(inputs).argmax(1) == wanted).float().mean())


def trained_probe(expressions: Floats, intensities: Floats, *, steps: int) -> Probe:
    """Train on takes (M, T, 52) with the emotions' intensities (M, T, 8)."""
    torch.manual_seed(0)
    inputs, wanted = _examples(expressions, intensities)
    net = nn.Sequential(nn.Linear(inputs.shape[1], 128), nn.SiLU(), nn.Linear(128, len(EMOTIONS)))
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.05)
    for _ in range(steps):
        some = torch.randint(len(inputs), (512,))
        loss = functional.cross_entropy(net(inputs[some]), wanted[some])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return Probe(net.eval())


def _examples(expressions: Floats, intensities: Floats) -> tuple[torch.Tensor, torch.Tensor]:
    mean = expressions.copy()
    share = np.float32(1.0 - np.exp(-1.0 / RATE_HZ / _MEAN_S))
    for number in range(1, mean.shape[1]):
        mean[:, number] = mean[:, number - 1] + (mean[:, number] - mean[:, number - 1]) * share
    felt = intensities.max(-1) > FELT
    both = np.concatenate([expressions[felt], mean[felt]], -1)
    return torch.from_numpy(both), torch.from_numpy(intensities[felt].argmax(-1))
