"""BodyMorpher: moves and paints a THA4 character's picture, with its new face in it, by all 45 parameters.

    made = BodyMorpher()(picture, pose)        # (B, 4, 512, 512), (B, 45) -> BodyPicture

Source: P. Khungurn, "Talking Head Anime 4", arXiv 2311.17409, section 4; tensor names of the published students.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.tha4.siren import SineLayer, position_and_pose

POSE: Final = 45
#: Side of each level and width of its layers.
LEVELS: Final = ((128, 360), (256, 180), (512, 90))


class BodyPicture(NamedTuple):
    """What the network makes of B pictures.

    Attributes:
        picture: (B, 4, H, W) the result.
        opacity: (B, 1, H, W) of the network's own colour, not limited to 0..1.
        colour: (B, 4, H, W) its own colour.
        moved: (B, 4, H, W) the picture that was given, moved.
        change: (B, 2, H, W) how far off each pixel is taken from, x and y, positions -1..1 from edge to edge.
    """

    picture: Tensor
    opacity: Tensor
    colour: Tensor
    moved: Tensor
    change: Tensor


class BodyMorpher(nn.Module):
    """0.33 million weights, 34 GFLOP."""

    def __init__(self) -> None:
        super().__init__()
        levels = []
        for k, (_, width) in enumerate(LEVELS):
            below = width if k else 0
            out = LEVELS[min(k + 1, len(LEVELS) - 1)][1]
            first = SineLayer(below + 2 + POSE, width, is_first=k == 0)
            levels.append(nn.Sequential(first, SineLayer(width, width), SineLayer(width, out)))
        self.siren_layers = nn.ModuleList(levels)
        self.last_linear = nn.Conv2d(LEVELS[-1][1], 7, 1)

    def forward(self, picture: Tensor, pose: Tensor) -> BodyPicture:
        """Move and paint pictures (B, 4, 512, 512), -1..1: linear light, premultiplied by the opacity, and the opacity."""
        x: Tensor | None = None
        for (side, _), level in zip(LEVELS, self.siren_layers, strict=True):
            place = position_and_pose(pose, side)
            if x is not None:
                x = functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
                place = torch.cat([x, place], 1)
            x = level(place)
        change, opacity, colour = self.last_linear(x).split([2, 1, 4], 1)
        grid = position_and_pose(pose[:, :0], LEVELS[-1][0]).permute(0, 2, 3, 1) + change.permute(0, 2, 3, 1)
        moved = functional.grid_sample(picture, grid, padding_mode="border", align_corners=False)
        return BodyPicture((1 - opacity) * moved + opacity * colour, opacity, colour, moved, change)
