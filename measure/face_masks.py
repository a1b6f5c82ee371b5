"""Masks of the person, the face, the eyes and the mouth in a studio picture, from its labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.renderer import StudioPicture

Mask = NDArray[np.bool_]

#: Multi-PIE's 68: brows and eyes, and the lips.
_EYES: Final = slice(36, 48)
_MOUTH: Final = slice(48, 68)
#: Margin around the boxes, as a share of the distance between the outer corners of the eyes.
_AROUND: Final = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """(H, W) bool each; `person` is all that is not background, `eyes` and `mouth` are boxes, restricted to the face."""

    person: Mask
    face: Mask
    eyes: Mask
    mouth: Mask


def masks_of(picture: StudioPicture) -> Masks:
    """The masks of a studio picture."""
    face = picture.face_mask
    around = _AROUND * float(np.linalg.norm(picture.landmarks[36, :2] - picture.landmarks[45, :2]))
    person = picture.alpha > 0
    return Masks(person, face, *(face & _box(picture, which, around) for which in (_EYES, _MOUTH)))


def _box(picture: StudioPicture, which: slice, around: float) -> Mask:
    points = picture.landmarks[which, :2]
    (left, top), (right, bottom) = points.min(0) - around, points.max(0) + around
    y, x = np.ogrid[: picture.part.shape[0], : picture.part.shape[1]]
    inside: Mask = (x + 0.5 > left) & (x + 0.5 < right) & (y + 0.5 > top) & (y + 0.5 < bottom)
    return inside
