"""HeadPlacement: where a method puts the head of a portrait in space, and hence its pivot in the studio's space.

placement = placement_of(load_rig(avatar))
pivot = placement.pivot_in(picture.mediapipe_landmarks, 512, focal=2.3)
motion = motion_of(factors, portrait, pivot)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera
from face.deform import with_lids
from face.head_model import HeadModel
from face.landmarks import FACE_OVAL, FIRST_IRIS, load_landmarks
from face.rig import HeadRig
from protocol.channels import LAYER_SLICE

#: Landmarks that lie on the skin in front: neither on the outline, which slides over the surface, nor on an eyeball.
_FRONT = np.setdiff1d(np.arange(FIRST_IRIS), FACE_OVAL)


@dataclass(frozen=True, slots=True, eq=False)
class FittedHead:
    """What a rig says about the fit alone: enough to place the head, without any painting. Attributes as in `HeadRig`."""

    model: HeadModel
    camera: PortraitCamera
    neutral: NDArray[np.float32]
    portrait: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class HeadPlacement:
    """The head as a method sees it in the portrait, in the method's own camera space (rest space, `face.camera`).

    Attributes:
        landmarks: (478, 3) float32, MediaPipe's points on the method's head as in the portrait.
        pivot: (3,) float32, the point about which it turns the head.
        focal: the focal length that it assumes, picture heights.
    """

    landmarks: NDArray[np.float32]
    pivot: NDArray[np.float32]
    focal: float

    def pivot_in(self, landmarks: NDArray[np.float32], size: int, *, focal: float) -> NDArray[np.float64]:
        """The pivot in the true camera space of the portrait.

        The method's head is scaled so that it is as large in the picture as the true one, and moved until the two faces'
        centres coincide; the pivot is carried along. A picture does not tell sizes, so the method's units are arbitrary.

        Args:
            landmarks: (478, 3) true landmarks in the portrait: x and y in pixels, depth in head-model units.
            size: side of the portrait, pixels.
            focal: true focal length, picture heights.

        Returns:
            (3,) head-model units of the studio.
        """
        depth = landmarks[_FRONT, 2:].astype(np.float64)
        seen = (landmarks[_FRONT, :2].astype(np.float64) / size - 0.5) * depth / focal
        true = np.concatenate([seen * (1.0, -1.0), -depth], 1).mean(0)
        own = self.landmarks[_FRONT].mean(0).astype(np.float64)
        scale = (true[2] / focal) / (own[2] / self.focal)
        return np.asarray(true + scale * (self.pivot - own), np.float64)


def placement_of(head: HeadRig | FittedHead) -> HeadPlacement:
    """The placement of an avatar's head in its portrait."""
    portrait, camera = head.portrait, head.camera
    weights = with_lids(
        portrait[LAYER_SLICE["expression"]], portrait[LAYER_SLICE["gaze"]], out=np.zeros(52, np.float32)
    )
    points = load_landmarks().of(head.model.expressed(head.neutral, weights))
    rest = np.asarray(points @ camera.rotation.T + camera.translation, np.float32)
    return HeadPlacement(rest, camera.pivot_rest, camera.focal)
