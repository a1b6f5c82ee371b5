"""Crops of pictures where a network paints most: what a turn uncovers, which nothing in the portrait tells.

    crops = painted_crops(fields.mask, random)
    crops.cut(picture)                       # (B, C, CROP_PX, CROP_PX)

There the truth is one of many, so that a mean over squares teaches blur, and a critic teaches what hair looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

CROP_PX: Final = 80
_STRIDE: Final = 8  # pixels between the places that are tried


@dataclass(frozen=True, slots=True)
class Crops:
    """One crop of each of B pictures (B, C, S, S).

    Attributes:
        top, left: of B crops, pixels.
    """

    top: list[int]
    left: list[int]

    def cut(self, pictures: Tensor) -> Tensor:
        """The crops (B, C, CROP_PX, CROP_PX) of pictures (B, C, S, S)."""
        return torch.stack(
            [
                picture[:, y : y + CROP_PX, x : x + CROP_PX]
                for picture, y, x in zip(pictures, self.top, self.left, strict=True)
            ]
        )


def painted_crops(mask: Tensor, random: torch.Generator) -> Crops:
    """One place in each picture, chosen at random in proportion to the squared paint in it.

    Args:
        mask: (B, 1, S, S) 0..1 share of the paint.
        random: on the computer's own memory.
    """
    painted = functional.avg_pool2d(mask.detach().float().cpu(), CROP_PX, stride=_STRIDE)
    across = painted.shape[-1]
    chosen = torch.multinomial(painted.flatten(1).square() + 1e-9, 1, generator=random).flatten()
    return Crops(
        [_STRIDE * int(place // across) for place in chosen],
        [_STRIDE * int(place % across) for place in chosen],
    )
