"""Building blocks of the networks: 3 x 3 convolutions, residual blocks, and blocks that a code modulates.

Source: E. Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", AAAI 2018, eq. 2.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def conv(channels_in: int, channels_out: int, stride: int = 1) -> nn.Conv2d:
    """A 3 x 3 convolution that keeps the size, or divides it by the stride."""
    return nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1)


def twice(x: Tensor) -> Tensor:
    """Twice the height and width, nearest."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


class Block(nn.Module):
    """Two 3 x 3 convolutions with a skip connection; the second begins at zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = conv(channels, channels), conv(channels, channels)
        nn.init.normal_(self.second.weight, std=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        made: Tensor = x + self.second(functional.leaky_relu(self.first(x), 0.1))
        return made


class NormedBlock(nn.Module):
    """Two 3 x 3 convolutions, each normalised over the batch, beside a skip connection.

    Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016, figure 2.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        return functional.relu(x + self.layers(x))


class Modulated(nn.Module):
    """A Block whose middle is scaled and shifted by a code."""

    def __init__(self, channels: int, code: int) -> None:
        super().__init__()
        self.first, self.second = conv(channels, channels), conv(channels, channels)
        self.film = nn.Linear(code, 2 * channels)
        nn.init.normal_(self.second.weight, std=1e-3)
        nn.init.normal_(self.film.weight, std=1e-2)
        nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """Map (B, C, H, W) and a code (B, N) to (B, C, H, W)."""
        scale, shift = self.film(code)[:, :, None, None].chunk(2, 1)
        made: Tensor = x + self.second(functional.leaky_relu(self.first(x) * (1.0 + scale) + shift, 0.1))
        return made
