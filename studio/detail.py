"""Detail: what pictures of a size are drawn with. Small ones spare what nobody can see in them.

detail = detail_for(256)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Detail:
    """Attributes:
    up_to: the largest picture, pixels a side.
    supersampling: colour is drawn with this many pixels a side for each of the picture's, then averaged: a compromise
        of smoothness and time. Multisampling would shade less, but Mesa's software driver takes twice as long.
    texture: texels a side of a skin tile: one or two to a pixel, so that smaller copies need not be made.
    tolerance: how far simplified surfaces may lie from the true ones, head-model units; 0 = all triangles. At 256
        pixels a unit is about 8 of them.
    mouth_tolerance: the same inside the mouth.
    fine: with pores, bumps and soft shadows.
    """

    up_to: int
    supersampling: float
    texture: int
    tolerance: float
    mouth_tolerance: float
    fine: bool


DETAILS: Final = (
    Detail(320, 1.5, 384, tolerance=0.04, mouth_tolerance=0.08, fine=False),
    Detail(640, 1.25, 768, tolerance=0.02, mouth_tolerance=0.04, fine=False),
    Detail(1 << 30, 2.0, 1024, tolerance=0.0, mouth_tolerance=0.0, fine=True),
)


def detail_for(size: int) -> Detail:
    """What pictures of `size` pixels a side are drawn with."""
    return next(detail for detail in DETAILS if size <= detail.up_to)
