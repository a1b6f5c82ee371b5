"""ProbeNet: a small convolutional trunk with one linear output per factor, the network of the measuring probes.

readings = ProbeNet()(crops)        # ProbeOut of (B, 96, 96, 3) uint8 crops
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from protocol.blendshapes import BLENDSHAPES
from protocol.channels import EMOTIONS

IDENTITY: Final = 64
_WIDE: Final = (16, 32, 64, 128)
_SHARED: Final = 160


class ProbeOut(NamedTuple):
    """The outputs for B pictures, in the units of `measure.probes.probes.ProbeReadings`.

    Attributes:
        pose: (B, 3) yaw, pitch, roll, radians.
        expression: (B, 52) blendshapes, 0..1.
        gaze: (B, 2) yaw and pitch, radians.
        emotion: (B, 9) logits of the eight emotions and of none.
        intensity: (B,) 0..1.
        identity: (B, 64) embedding of length 1.
    """

    pose: Tensor
    expression: Tensor
    gaze: Tensor
    emotion: Tensor
    intensity: Tensor
    identity: Tensor


class ProbeNet(nn.Module):
    """Reads pose, expression, gaze, emotion and identity off crops of faces."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third, fourth = _WIDE
        self.trunk = nn.Sequential(
            _down(3, first),  # 48
            _down(first, second),  # 24
            _down(second, third),  # 12
            _Residual(third),
            _down(third, fourth),  # 6
            _Residual(fourth),
            nn.Conv2d(fourth, 32, 1),
            nn.Flatten(),
        )
        # No global pooling: pose and gaze depend on where things are in the picture.
        self.shared = nn.Sequential(nn.Linear(32 * 36, _SHARED), nn.ReLU())
        self.who = nn.Linear(32 * 36, IDENTITY)
        self.pose = nn.Linear(_SHARED, 3)
        self.expression = nn.Linear(_SHARED, len(BLENDSHAPES))
        self.gaze = nn.Linear(_SHARED, 2)
        self.emotion = nn.Linear(_SHARED, len(EMOTIONS) + 1)
        self.intensity = nn.Linear(_SHARED, 1)

    def forward(self, crops: Tensor) -> ProbeOut:
        """Read crops (B, 96, 96, 3) uint8 sRGB, RGB."""
        # (B, 3, 96, 96); the permuted view stays channels-last in memory, which is faster
        x = crops.permute(0, 3, 1, 2).float() / 127.5 - 1.0
        found = self.trunk(x)  # (B, 1152)
        shared = self.shared(found)
        return ProbeOut(
            pose=self.pose(shared),
            expression=torch.sigmoid(self.expression(shared)),
            gaze=self.gaze(shared),
            emotion=self.emotion(shared),
            intensity=torch.sigmoid(self.intensity(shared))[:, 0],
            identity=functional.normalize(self.who(found), dim=1),
        )


def _down(channels_in: int, channels_out: int) -> nn.Module:
    """A convolution that halves height and width."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
    )


class _Residual(nn.Module):
    """Two 3 x 3 convolutions with a skip connection."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        return functional.relu(x + self.body(x))
