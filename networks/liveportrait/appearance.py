"""AppearanceExtractor, F: a portrait -> a volume of its appearance, once for each portrait."""

from __future__ import annotations

from torch import Tensor, nn

from networks.liveportrait.convolutions import ConvNorm, Halved, Residual
from networks.liveportrait.sizes import PUBLISHED, NetworkSizes

RESIDUAL_BLOCKS = 6


class AppearanceExtractor(nn.Module):
    """F of the paper."""

    def __init__(self, sizes: NetworkSizes = PUBLISHED) -> None:
        super().__init__()
        width = sizes.first
        self.first = ConvNorm(3, width)
        self.down_blocks = nn.ModuleList([Halved(width, 2 * width), Halved(2 * width, 4 * width)])
        self.second = nn.Conv2d(4 * width, sizes.features, 1)
        self.resblocks_3d = nn.Sequential()
        for number in range(RESIDUAL_BLOCKS):
            self.resblocks_3d.add_module(f"3dr{number}", Residual(sizes.volume))
        self._volume = (sizes.volume, sizes.depth)

    def forward(self, img: Tensor) -> Tensor:
        """(B, 3, 256, 256) RGB 0..1 -> (B, C, D, 64, 64)."""
        x = self.first(img)
        for block in self.down_blocks:
            x = block(x)
        made: Tensor = self.resblocks_3d(self.second(x).unflatten(1, self._volume))
        return made
