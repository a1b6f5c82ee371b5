"""FaceMorpher: the face of a THA4 character, drawn from the first 39 parameters.

    face = FaceMorpher()(pose)                 # (B, 39) -> (B, 4, 128, 128)

Source: P. Khungurn, "Talking Head Anime 4", arXiv 2311.17409, section 4; tensor names of the published students.
"""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

from networks.tha4.siren import SineLayer, position_and_pose

SIDE, POSE, WIDTH, LAYERS = 128, 39, 128, 8
CHANNELS: Final = 4


class _Siren(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layers = [SineLayer(2 + POSE if k == 0 else WIDTH, WIDTH, is_first=k == 0) for k in range(LAYERS)]
        self.sine_layers = nn.ModuleList(layers)
        self.last_linear = nn.Conv2d(WIDTH, CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.sine_layers:
            x = layer(x)
        made: Tensor = self.last_linear(x)
        return made


class FaceMorpher(nn.Module):
    """0.12 million weights, 4 GFLOP."""

    def __init__(self) -> None:
        super().__init__()
        self.siren = _Siren()

    def forward(self, pose: Tensor) -> Tensor:
        """Map (B, 39) to (B, 4, 128, 128), about -1..1: linear light, premultiplied by the opacity, and the opacity."""
        made: Tensor = self.siren(position_and_pose(pose, SIDE))
        return made
