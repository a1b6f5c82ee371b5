"""Critic: tells crops that a region network made from the truth, small patch by small patch.

    critic = Critic()
    verdict, features = critic(draft, picture)

It never compares pixels with pixels, so that a truth that lies a pixel aside does not teach blur.

Sources: P. Isola et al., "Image-to-image translation with conditional adversarial networks", CVPR 2017, section 3.2.2
(patches, the input as a condition); T.-C. Wang et al., "pix2pixHD",
CVPR 2018, eq. 4 (features).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_WIDTHS: Final = (32, 64, 96)


class Critic(nn.Module):
    """Judges patches of about 30 pixels of one region's crops."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c = _WIDTHS
        self.levels = nn.ModuleList(
            [
                nn.Conv2d(4 + 3, a, 4, stride=2, padding=1),
                nn.Conv2d(a, b, 4, stride=2, padding=1),
                nn.Conv2d(b, c, 3, padding=1),
            ]
        )
        self.verdict = nn.Conv2d(c, 1, 3, padding=1)

    def forward(self, draft: Tensor, picture: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Verdicts (B, 1, H/4, W/4), high = true, and features, of crops (B, 4, H, W) made of a draft (B, 4, H, W)."""
        x = torch.cat([draft, picture[:, :3]], 1)
        features = []
        for level in self.levels:
            x = functional.leaky_relu(level(x), 0.2)
            features.append(x)
        return self.verdict(x), features
