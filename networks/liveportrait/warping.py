"""WarpingNetwork, W: moves a portrait's volume from its own keypoints to others, and makes a picture of features of it.

The dense motion is a mixture of the keypoints' shifts, mixed anew for each cell of the volume.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.liveportrait.convolutions import ConvNorm, Doubled, Halved
from networks.liveportrait.sizes import PUBLISHED, NetworkSizes
from networks.liveportrait.volume_sampling import axis_places, grid_places, read_at, read_shifted

#: Variance of the keypoints' Gaussians, in the units of the places.
KEYPOINT_VARIANCE = 0.01
_SLOPE = 0.01
Reader = Callable[[Tensor, Tensor], Tensor]


class DenseMotion(NamedTuple):
    """How every cell moves.

    Attributes:
        mask: (B, 1 + K, D, H, W) shares, sum 1; the first is of what stands still.
        deformation: (B, D, H, W, 3) where in the portrait's volume each cell is read.
        occlusion: (B, 1, H, W), 0 = nothing of the portrait is seen there.
    """

    mask: Tensor
    deformation: Tensor
    occlusion: Tensor


class Warped(NamedTuple):
    """W's outputs.

    Attributes:
        out: (B, 256, 64, 64). motion: as above.
    """

    out: Tensor
    motion: DenseMotion


class _Encoder(nn.Module):
    def __init__(self, inner: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        steps = zip((inner, *widths), widths, strict=False)
        self.down_blocks = nn.ModuleList(Halved(a, b, has_depth=True) for a, b in steps)

    def forward(self, x: Tensor) -> list[Tensor]:
        levels = [x]
        for block in self.down_blocks:
            levels.append(block(levels[-1]))
        return levels


class _Decoder(nn.Module):
    def __init__(self, inner: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        outer = [*widths[-2::-1], widths[0] // 2]
        inputs = [widths[-1], *(2 * width for width in outer[:-1])]
        self.up_blocks = nn.ModuleList(
            Doubled(a, b, has_depth=True) for a, b in zip(inputs, outer, strict=True)
        )
        self.channels = widths[0] // 2 + inner
        joined = ConvNorm(self.channels, self.channels, has_depth=True)
        self.conv, self.norm = joined.conv, joined.norm

    def forward(self, levels: list[Tensor]) -> Tensor:
        x = levels[-1]
        for block, beside in zip(self.up_blocks, levels[-2::-1], strict=True):
            x = torch.cat([block(x), beside], 1)
        return functional.relu(self.norm(self.conv(x)))


class _Hourglass(nn.Module):
    def __init__(self, inner: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = _Encoder(inner, widths)
        self.decoder = _Decoder(inner, widths)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.decoder(self.encoder(x))
        return made


class DenseMotionNetwork(nn.Module):
    """Keypoints of the portrait and of the frame -> the motion of every cell."""

    def __init__(self, sizes: NetworkSizes = PUBLISHED) -> None:
        super().__init__()
        self.keypoints, self.centred = sizes.keypoints, sizes.centred
        places = 1 + sizes.keypoints
        self.hourglass = _Hourglass(places * (1 + sizes.compressed), sizes.hourglass)
        channels = self.hourglass.decoder.channels
        self.mask = nn.Conv3d(channels, places, 7, padding=3)
        self.compress = nn.Conv3d(sizes.volume, sizes.compressed, 1)
        self.norm = nn.BatchNorm3d(sizes.compressed)
        self.occlusion = nn.Conv2d(channels * sizes.depth, 1, 7, padding=3)

    def forward(self, feature: Tensor, kp_driving: Tensor, kp_source: Tensor) -> DenseMotion:
        """(B, C, D, H, W), (B, K, 3), (B, K, 3) -> the motion."""
        depth, height, width = feature.shape[2:]
        shape = (depth, height, width)
        small = functional.relu(self.norm(self.compress(feature)))  # (B, 4, D, H, W)
        # The first place stands still: the background.
        still = torch.zeros_like(kp_source[:, :1])
        offset = torch.cat([still, kp_source - kp_driving], 1)  # (B, 1 + K, 3)
        moved = read_shifted(small, offset, centred=self.centred)  # (B, 1 + K, 4, D, H, W)
        at_driving, at_source = (
            _gaussians(one, shape, centred=self.centred) for one in (kp_driving, kp_source)
        )
        difference = at_driving - at_source
        heat = torch.cat([torch.zeros_like(difference[:, :1]), difference], 1)
        seen = torch.cat([heat[:, :, None], moved], 2).flatten(1, 2)  # (B, (1 + K) 5, D, H, W)
        known = self.hourglass(seen)
        mask = functional.softmax(self.mask(known), dim=1)
        mixed = torch.matmul(mask.flatten(2).transpose(1, 2), offset)  # (B, D H W, 3)
        still_at = grid_places(depth, height, width, feature, centred=self.centred)
        deformation = still_at + mixed.unflatten(1, shape)
        occlusion = torch.sigmoid(self.occlusion(known.flatten(1, 2)))
        return DenseMotion(mask, deformation, occlusion)


def _gaussians(keypoints: Tensor, shape: tuple[int, int, int], *, centred: bool) -> Tensor:
    """(B, K, D, H, W) a Gaussian about each keypoint (B, K, 3): a product of one for each axis."""
    depth, height, width = (
        torch.exp(
            -0.5
            * (axis_places(count, keypoints, centred=centred) - keypoints[..., axis, None]).square()
            / KEYPOINT_VARIANCE
        )
        for axis, count in ((2, shape[0]), (1, shape[1]), (0, shape[2]))
    )
    return depth[..., :, None, None] * height[..., None, :, None] * width[..., None, None, :]


class WarpingNetwork(nn.Module):
    """W of the paper.

    Args:
        reader: reads the volume at the motion's places; `read_at_gathered` for export.
    """

    def __init__(self, sizes: NetworkSizes = PUBLISHED, reader: Reader = read_at) -> None:
        super().__init__()
        self.dense_motion_network = DenseMotionNetwork(sizes)
        self.third = ConvNorm(sizes.features, sizes.warped, slope=_SLOPE)
        self.fourth = nn.Conv2d(sizes.warped, sizes.warped, 1)
        self.reader = reader

    def forward(self, feature_3d: Tensor, kp_driving: Tensor, kp_source: Tensor) -> Warped:
        """(B, C, D, H, W), (B, K, 3), (B, K, 3) -> features of the frame; the frame's keypoints come first."""
        motion = self.dense_motion_network(feature_3d, kp_driving, kp_source)
        volume = self.reader(feature_3d, motion.deformation)
        out = self.fourth(self.third(volume.flatten(1, 2)))  # (B, C D, H, W) -> (B, 256, H, W)
        return Warped(out * motion.occlusion, motion)
