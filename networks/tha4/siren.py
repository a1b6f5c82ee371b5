"""SineLayer: sin(omega (W x + b)) of every pixel, and the positions that such networks are functions of.

Source: V. Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", NeurIPS 2020, eq. 5 and
section 3.2 (initial weights).
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

OMEGA: Final = 30.0


class SineLayer(nn.Module):
    """A linear map of each pixel's channels, and the sine of it."""

    def __init__(self, channels_in: int, channels_out: int, *, is_first: bool = False) -> None:
        super().__init__()
        self.linear = nn.Conv2d(channels_in, channels_out, 1)
        bound = 1.0 / channels_in if is_first else sqrt(6.0 / channels_in) / OMEGA
        nn.init.uniform_(self.linear.weight, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, C', H, W), -1..1."""
        return torch.sin(OMEGA * self.linear(x))


def position_and_pose(pose: Tensor, side: int) -> Tensor:
    """(B, N) to (B, 2 + N, side, side): each pixel's x and y, -1..1 from edge to edge, y down, and the pose everywhere."""
    identity = torch.eye(2, 3, dtype=pose.dtype, device=pose.device).expand(len(pose), 2, 3)
    grid = functional.affine_grid(identity, [len(pose), 1, side, side], align_corners=False)
    everywhere = pose[:, :, None, None].expand(-1, -1, side, side)
    return torch.cat([grid.permute(0, 3, 1, 2), everywhere], 1)
