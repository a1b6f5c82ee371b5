"""MotionExtractor, M: a picture of a face -> keypoints, expression, head pose, place and scale.

Source: S. Woo et al., "ConvNeXt V2", CVPR 2023 (blocks, global response normalisation).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.liveportrait.sizes import PUBLISHED, NetworkSizes

_EPS = 1e-6


class MotionOutput(NamedTuple):
    """What M sees, in the order of the exported graph's outputs.

    Attributes:
        pitch, yaw, roll: (B, 66) logits of bins; the angle is sum(softmax * i) * 3 - 97.5 degrees.
        t: (B, 3). exp: (B, 3 K). scale: (B, 1). kp: (B, 3 K) canonical keypoints.
    """

    pitch: Tensor
    yaw: Tensor
    roll: Tensor
    t: Tensor
    exp: Tensor
    scale: Tensor
    kp: Tensor


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        centred = x - x.mean(1, keepdim=True)
        spread = torch.sqrt(centred.square().mean(1, keepdim=True) + _EPS)
        return centred / spread * self.weight[:, None, None] + self.bias[:, None, None]


class ResponseNorm(nn.Module):
    """Global response normalisation of (B, H, W, C): channels compete by their length over the picture."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, 1, channels))
        self.beta = nn.Parameter(torch.zeros(1, 1, 1, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        length = x.square().sum((1, 2), keepdim=True).sqrt()
        share = length / (length.mean(-1, keepdim=True) + _EPS)
        return x + self.gamma * (x * share) + self.beta


class ConvNextBlock(nn.Module):
    """Depthwise 7 x 7, then two linear layers over the channels, beside a short cut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=_EPS)
        self.pwconv1 = nn.Linear(channels, 4 * channels)
        self.grn = ResponseNorm(4 * channels)
        self.pwconv2 = nn.Linear(4 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        inner = self.norm(self.dwconv(x).permute(0, 2, 3, 1))  # (B, H, W, C)
        inner = self.pwconv2(self.grn(functional.gelu(self.pwconv1(inner))))
        made: Tensor = x + inner.permute(0, 3, 1, 2)
        return made


class _Backbone(nn.Module):
    def __init__(self, sizes: NetworkSizes) -> None:
        super().__init__()
        widths = sizes.stages
        steps = [nn.Sequential(nn.Conv2d(3, widths[0], 4, stride=4), ChannelNorm(widths[0]))]
        for inner, outer in pairwise(widths):
            steps.append(nn.Sequential(ChannelNorm(inner), nn.Conv2d(inner, outer, 2, stride=2)))
        self.downsample_layers = nn.ModuleList(steps)
        self.stages = nn.ModuleList(
            nn.Sequential(*(ConvNextBlock(width) for _ in range(count)))
            for width, count in zip(widths, sizes.blocks, strict=True)
        )
        last, coordinates = widths[-1], 3 * sizes.keypoints
        self.norm = nn.LayerNorm(last, eps=_EPS)
        heads = {"pitch": sizes.bins, "yaw": sizes.bins, "roll": sizes.bins}
        heads |= {"t": 3, "exp": coordinates, "scale": 1, "kp": coordinates}
        for name, count in heads.items():
            setattr(self, f"fc_{name}", nn.Linear(last, count))

    def forward(self, x: Tensor) -> MotionOutput:
        for step, stage in zip(self.downsample_layers, self.stages, strict=True):
            x = stage(step(x))
        x = self.norm(x.mean((2, 3)))  # (B, C)
        return MotionOutput(*(getattr(self, f"fc_{name}")(x) for name in MotionOutput._fields))


class MotionExtractor(nn.Module):
    """M of the paper."""

    def __init__(self, sizes: NetworkSizes = PUBLISHED) -> None:
        super().__init__()
        self.detector = _Backbone(sizes)

    def forward(self, img: Tensor) -> MotionOutput:
        """(B, 3, 256, 256) RGB 0..1 -> the outputs."""
        made: MotionOutput = self.detector(img)
        return made
