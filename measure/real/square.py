"""The square around a face in a real picture: an avatar's canvas, a little tighter, so that the avatar shows all of it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.portrait.canvas import Cut, choose_cut
from measure.errors import MeasureError
from vision.landmarker import FaceObservation

Picture = NDArray[np.uint8]
#: Side of the portrait that a method is given.
PORTRAIT_PX: Final = 512
_TIGHTER: Final = 0.98


def square_of(found: FaceObservation, picture: Picture) -> Cut:
    """The square around a face.

    Args:
        found: the face. picture: (H, W, 3) uint8 RGB.

    Raises:
        MeasureError: the face is too large for a square inside the picture.
    """
    height, width = picture.shape[:2]
    wide = choose_cut(found.landmarks[:, :2], width, height)
    if wide.side > min(height, width):
        raise MeasureError(
            f"the face fills the picture: its square has {wide.side:.0f} pixels, the picture {min(height, width)}; "
            "use one that shows head and shoulders"
        )
    side = wide.side * _TIGHTER
    return Cut(wide.left + (wide.side - side) / 2, wide.top + (wide.side - side) / 2, side)
