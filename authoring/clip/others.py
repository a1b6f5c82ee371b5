"""OtherMoments: what a clip shows of a person besides the portrait, measured in the canvas of the portrait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.portrait.canvas import Cut


@dataclass(frozen=True, slots=True, eq=False)
class OtherPicture:
    """One more frame of the clip.

    Attributes:
        face: in the portrait's canvas.
        picture: (H, W, 3) uint8 RGB, the whole frame.
    """

    face: FaceInCanvas
    picture: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class OtherPictures:
    """Frames that show what the portrait shows badly or not at all.

    Attributes:
        cut: where the portrait's canvas lies in them.
        turned: from other sides.
        shut: with the subject's left eye shut, and with the right one; most certain first.
        parted: with the lips parted, widest first.
    """

    cut: Cut
    turned: tuple[OtherPicture, ...] = ()
    shut: tuple[tuple[OtherPicture, ...], tuple[OtherPicture, ...]] = ((), ())
    parted: tuple[OtherPicture, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class OtherMoments:
    """Other moments of the clip that the portrait is from.

    Attributes:
        faces: from many angles.
        shut_mouth: one with the mouth shut; None if the portrait's is, or none is.
        pictures: to paint from; None: the avatar is painted from the portrait alone.
    """

    faces: tuple[FaceInCanvas, ...]
    shut_mouth: FaceInCanvas | None = None
    pictures: OtherPictures | None = None
