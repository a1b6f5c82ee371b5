"""Continues a person beyond the portrait's borders: shoulders that its frame cuts go on, and fall.

alpha, rgb = beyond_the_frame(alpha, canvas.rgb, canvas.known, below=chin_row)

The parsing network and the matting see invented pixels there, and end a shoulder at the border or make a block of it.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from face.easing import smoothstep

Image = NDArray[np.float32]

FALL: Final = 0.45  # how steeply a shoulder falls, rows a column
INSET_PX: Final = 6  # pixels at the portrait's border that are not trusted
SOFT_PX: Final = 5.0  # standard deviation of the blur of what is continued, pixels


def beyond_the_frame(alpha: Image, rgb: Image, known: Image, *, below: int) -> tuple[Image, Image]:
    """Continue what the portrait's sides and lower border cut.

    Args:
        alpha: (E, E) float32 0..1, the person's coverage.
        rgb: (E, E, 3) float32 sRGB 0..1.
        known: (E, E) float32, 1 in the rectangle that is kept: the portrait's, or more.
        below: the row from which there are shoulders; what a border cuts above it stays as it is.

    Returns:
        Alpha and colours; they differ from what was given only outside the rectangle and below that row.
    """
    rows, columns = np.flatnonzero(known.any(1)), np.flatnonzero(known.any(0))
    if known.min() > 0 or not len(rows):
        return alpha, rgb
    y, x = np.mgrid[0 : len(alpha), 0 : alpha.shape[1]].astype(np.float32)
    nearest = x.clip(columns[0] + INSET_PX, columns[-1] - INSET_PX).astype(np.float32)
    # A row of the shoulder outside comes from a higher one at the border; as in the picture, the body is below.
    higher = (y - FALL * np.abs(x - nearest)).clip(below, None)
    source = higher.clip(rows[0], rows[-1] - INSET_PX).astype(np.float32)
    outside = ((known < 0.5) & (y > below)).astype(np.float32)
    outside *= np.maximum(smoothstep(below, below + 16, y), (x == nearest).astype(np.float32))
    moved = [cv2.remap(picture, nearest, source, cv2.INTER_LINEAR) for picture in (alpha, rgb)]
    opacity, colour = (cv2.GaussianBlur(picture, (0, 0), SOFT_PX) for picture in moved)
    opacity = smoothstep(0.3, 0.7, opacity)  # continued, a soft outline would be a half transparent streak
    return (
        np.asarray(alpha * (1 - outside) + opacity * outside, np.float32),
        np.asarray(rgb * (1 - outside[..., None]) + colour * outside[..., None], np.float32),
    )
