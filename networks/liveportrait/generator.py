"""SpadeGenerator, G: W's features -> a picture of 512 pixels.

The checkpoints hold its convolutions under spectral normalisation; `networks.liveportrait.checkpoints` multiplies it into
the weights, so that the layers here are plain ones.

Source: T. Park et al., "Semantic Image Synthesis with Spatially-Adaptive Normalization", CVPR 2019, eq. 1.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from networks.liveportrait.sizes import PUBLISHED, NetworkSizes

MIDDLE_BLOCKS = 6
_SLOPE = 0.2


class Spade(nn.Module):
    """Instance normalisation, scaled and shifted at each pixel by what a picture of features says there."""

    def __init__(self, channels: int, features: int, hidden: int) -> None:
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Conv2d(features, hidden, 3, padding=1), nn.ReLU())
        self.mlp_gamma = nn.Conv2d(hidden, channels, 3, padding=1)
        self.mlp_beta = nn.Conv2d(hidden, channels, 3, padding=1)

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        """(B, C, H, W) and (B, F, h, w), H a multiple of h -> (B, C, H, W)."""
        scale = x.shape[2] // features.shape[2]
        if scale > 1:
            features = functional.interpolate(features, scale_factor=float(scale), mode="nearest")
        hidden = self.mlp_shared(features)
        made: Tensor = functional.instance_norm(x) * (1.0 + self.mlp_gamma(hidden)) + self.mlp_beta(hidden)
        return made


class SpadeBlock(nn.Module):
    """Two convolutions, each after a Spade and a leaky ReLU; where the width changes, the short cut has one as well."""

    def __init__(self, inner: int, outer: int, features: int, hidden: int) -> None:
        super().__init__()
        middle = min(inner, outer)
        self.conv_0 = nn.Conv2d(inner, middle, 3, padding=1)
        self.conv_1 = nn.Conv2d(middle, outer, 3, padding=1)
        self.norm_0 = Spade(inner, features, hidden)
        self.norm_1 = Spade(middle, features, hidden)
        self.is_widened = inner != outer
        if self.is_widened:
            self.conv_s = nn.Conv2d(inner, outer, 1, bias=False)
            self.norm_s = Spade(inner, features, hidden)

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        """(B, C, H, W), (B, F, h, w) -> (B, C', H, W)."""
        inner = self.conv_0(functional.leaky_relu(self.norm_0(x, features), _SLOPE))
        inner = self.conv_1(functional.leaky_relu(self.norm_1(inner, features), _SLOPE))
        beside = self.conv_s(self.norm_s(x, features)) if self.is_widened else x
        made: Tensor = beside + inner
        return made


class SpadeGenerator(nn.Module):
    """G of the paper, with the layer that doubles the picture's size at the end."""

    def __init__(self, sizes: NetworkSizes = PUBLISHED) -> None:
        super().__init__()
        features, hidden = sizes.warped, sizes.spade_hidden
        self.fc = nn.Conv2d(features, 2 * features, 3, padding=1)
        for number in range(MIDDLE_BLOCKS):
            setattr(self, f"G_middle_{number}", SpadeBlock(2 * features, 2 * features, features, hidden))
        self.up_0 = SpadeBlock(2 * features, features, features, hidden)
        self.up_1 = SpadeBlock(features, sizes.first, features, hidden)
        self.conv_img = nn.Sequential(nn.Conv2d(sizes.first, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, feature: Tensor) -> Tensor:
        """(B, 256, 64, 64) -> (B, 3, 512, 512) RGB 0..1."""
        return self.logits(feature).sigmoid()

    def logits(self, feature: Tensor) -> Tensor:
        """The picture before its last function."""
        x = self.fc(feature)
        for number in range(MIDDLE_BLOCKS):
            x = getattr(self, f"G_middle_{number}")(x, feature)
        for block in (self.up_0, self.up_1):
            x = block(functional.interpolate(x, scale_factor=2.0, mode="nearest"), feature)
        made: Tensor = self.conv_img(functional.leaky_relu(x, _SLOPE))
        return made
