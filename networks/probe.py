"""ProbeNet: one small convolutional trunk with a head for each factor. Needs torch."""

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
    """What is read off B pictures; as `measure.probes.probes.ProbeReadings` has it, identity of length 1."""

    pose: Tensor
    expression: Tensor
    gaze: Tensor
    emotion: Tensor
    intensity: Tensor
    identity: Tensor


class ProbeNet(nn.Module):
    """(B, 96, 96, 3) uint8 sRGB -> ProbeOut."""

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
        # where things are matters for pose and gaze, so the map is kept and not averaged
        self.shared = nn.Sequential(nn.Linear(32 * 36, _SHARED), nn.ReLU())
        self.who = nn.Linear(32 * 36, IDENTITY)
        self.pose = nn.Linear(_SHARED, 3)
        self.expression = nn.Linear(_SHARED, len(BLENDSHAPES))
        self.gaze = nn.Linear(_SHARED, 2)
        self.emotion = nn.Linear(_SHARED, len(EMOTIONS) + 1)
        self.intensity = nn.Linear(_SHARED, 1)

    def forward(self, crops: Tensor) -> ProbeOut:
        """See the class."""
        x = (
            crops.permute(0, 3, 1, 2).float() / 127.5 - 1.0
        )  # (B, 3, 96, 96), channels last in memory: faster here
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
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
    )


class _Residual(nn.Module):
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
        """(B, C, H, W) -> the same."""
        return functional.relu(x + self.body(x))
