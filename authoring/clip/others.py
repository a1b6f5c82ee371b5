"""OtherMoments: what a clip shows of a person besides the portrait, measured in the canvas of the portrait."""

from __future__ import annotations

from dataclasses import dataclass

from authoring.fit.face_in_canvas import FaceInCanvas


@dataclass(frozen=True, slots=True, eq=False)
class OtherMoments:
    """Other moments of the clip that the portrait is from.

    Attributes:
        faces: from many angles.
        shut_mouth: one with the mouth shut; None if the portrait's is, or none is.
    """

    faces: tuple[FaceInCanvas, ...]
    shut_mouth: FaceInCanvas | None = None
