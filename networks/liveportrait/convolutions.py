"""Convolutions with batch normalisation, as F and W are built of; flat ones and ones with depth."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class ConvNorm(nn.Module):
    """3-wide convolution, batch normalisation, leaky ReLU.

    Args:
        inner, outer: channels.
        has_depth: whether pictures have a depth axis: (B, C, D, H, W).
        slope: of the leaky ReLU below zero.
    """

    def __init__(self, inner: int, outer: int, *, has_depth: bool = False, slope: float = 0.0) -> None:
        super().__init__()
        self.conv = (nn.Conv3d if has_depth else nn.Conv2d)(inner, outer, 3, padding=1)
        self.norm = (nn.BatchNorm3d if has_depth else nn.BatchNorm2d)(outer)
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        """Keep the size."""
        return functional.leaky_relu(self.norm(self.conv(x)), self.slope)


class Halved(ConvNorm):
    """ConvNorm, then the mean of squares of 2 x 2; the depth stays."""

    def forward(self, x: Tensor) -> Tensor:
        """(..., H, W) -> (..., H/2, W/2)."""
        x = super().forward(x)
        return functional.avg_pool3d(x, (1, 2, 2)) if x.dim() == 5 else functional.avg_pool2d(x, 2)


class Doubled(ConvNorm):
    """Nearest neighbours at twice the height and width, then ConvNorm; the depth stays."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, D, H, W) -> (B, C', D, 2 H, 2 W)."""
        return super().forward(functional.interpolate(x, scale_factor=(1.0, 2.0, 2.0)))


class Residual(nn.Module):
    """Two convolutions with depth, each after its normalisation, beside a short cut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv3d(channels, channels, 3, padding=1) for _ in range(2))
        self.norm1, self.norm2 = (nn.BatchNorm3d(channels) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, D, H, W) to the same shape."""
        inner = self.conv1(functional.relu(self.norm1(x)))
        made: Tensor = x + self.conv2(functional.relu(self.norm2(inner)))
        return made
