"""Detail: quality settings by picture size. Small pictures leave out what would not be visible in them.

detail = detail_for(256)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Detail:
    """Quality settings.

    Attributes:
        max_size: the largest picture that these settings are for, side in pixels.
        supersampling: colour is drawn with this many pixels a side for each pixel of the picture, then averaged.
            Multisampling would shade fewer pixels, but takes twice as long in Mesa's software driver.
        texture: side of a skin texture in texels: one or two for each pixel, so mipmaps are not needed.
        tolerance: largest distance between simplified and full surfaces, head-model units; 0 = all triangles. At 256
            pixels a unit is about 8 pixels.
        mouth_tolerance: the same inside the mouth.
        fine: with pores, bumps and soft shadows.
    """

    max_size: int
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
    """The settings for pictures of `size` pixels a side."""
    return next(detail for detail in DETAILS if size <= detail.max_size)
