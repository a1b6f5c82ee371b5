"""Finder: finds a face in a small picture of all that the camera sees.

    score, places = FinderNet()(planes)            # (B, 40, 40), (B, 5, 40, 40) of (B, 3, 160, 160)

Convolutions down to a 5 x 5 view of the whole picture, and up again beside what was seen on the way down: whether
something is a face follows from its details and from what is around it. What the numbers mean is in `vision.face_search`.

Source: T.-Y. Lin et al., "Feature pyramid networks for object detection", CVPR 2017; X. Zhou et al., "Objects as points",
2019.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from networks.blocks import NormedBlock, twice
from vision.face_search import PLACES

_WIDTHS: Final = (20, 32, 48, 64, 96)
_JOINED: Final = 32


class FoundPlaces(NamedTuple):
    """What the network finds in B pictures.

    Attributes:
        logit: (B, 40, 40) how surely the root of a nose lies in the cell, before the sigmoid.
        places: (B, 5, 40, 40), see `vision.face_search.PLACES`.
    """

    logit: Tensor
    places: Tensor


class FinderNet(nn.Module):
    """About 0.1 GFLOP for a picture; half a million weights."""

    def __init__(self) -> None:
        super().__init__()
        first, *wider = _WIDTHS
        self.first = _convolution(3, first, 4, 2, 1)
        self.down = nn.ModuleList()
        before = first
        for width in wider:
            self.down.append(nn.Sequential(_convolution(before, width, 3, 2, 1), NormedBlock(width)))
            before = width
        self.side = nn.ModuleList([nn.Conv2d(width, _JOINED, 1) for width in wider])
        self.joined = nn.ModuleList([NormedBlock(_JOINED) for _ in wider[1:]])
        self.last = nn.Sequential(_convolution(_JOINED, _JOINED, 3, 1, 1), nn.Conv2d(_JOINED, 1 + PLACES, 1))
        with torch.no_grad():  # at first hardly anything is a face
            last: nn.Conv2d = self.last[1]
            last.weight.mul_(0.1)
            last.bias.copy_(torch.tensor([-4.0, 0.0, 0.0, 0.0, 1.0, 0.0]))

    def forward(self, planes: Tensor) -> FoundPlaces:
        """Look for faces in planes (B, 3, 160, 160), 0..1."""
        mean = planes.mean((2, 3), keepdim=True)
        spread = (planes - mean).square().mean((1, 2, 3), keepdim=True).add(1e-4).sqrt()
        seen = self.first((planes - mean) / spread)
        levels = []
        for step in self.down:
            seen = step(seen)
            levels.append(seen)
        joined = self.side[-1](levels[-1])
        for number in reversed(range(len(levels) - 1)):
            joined = twice(joined)
            joined = self.joined[number](joined + self.side[number](levels[number]))
        made = self.last(joined)
        return FoundPlaces(made[:, 0], made[:, 1:])


def _convolution(before: int, after: int, side: int, step: int, edge: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, side, step, edge, bias=False), nn.BatchNorm2d(after), nn.ReLU()
    )
