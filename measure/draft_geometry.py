"""DraftGeometry: the Motion of each moment of a studio person, and where the draft then shows the portrait's points.

    geometry = DraftGeometry(load_rig(avatar), portrait)
    motion = geometry.motion(factors)
    places = geometry.places(geometry.expressed(motion), motion)

The draft shows the portrait's own pixels, carried along by the avatar's mesh. Where the fit placed the mesh beside a true
landmark, the landmark's pixels are still the portrait's: they keep their distance to the mesh.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from face.camera import angles, rotation
from face.deform import with_lids
from face.landmarks import load_landmarks
from face.motion import Motion
from face.rig import HeadRig
from measure.factors_to_motion import motion_of
from measure.head_placement import FittedHead, placement_of
from studio.factors import Factors
from studio.renderer import StudioPicture

Floats = NDArray[np.float32]


class DraftPlaces:
    """Where the drafts of one avatar show the points of its portrait."""

    def __init__(self, head: HeadRig | FittedHead, landmarks: Floats) -> None:
        """Keep the geometry.

        Args:
            landmarks: (478, 2) MediaPipe's in the portrait, true ones; picture heights from the centre, x right, y down.
        """
        self._head = head
        camera, rest = head.camera, placement_of(head).landmarks
        gap = (landmarks - camera.project(rest)) * (-rest[:, 2:] / camera.focal)
        across = np.stack([gap[:, 0], -gap[:, 1], np.zeros(len(gap))], 1)
        self._offset = np.asarray(across @ camera.rotation, np.float32)

    def expressed(self, motion: Motion) -> Floats:
        """(V, 3) the head with the moment's expression, head space."""
        weights = with_lids(motion.expression, motion.gaze, out=np.zeros(52, np.float32))
        return self._head.model.expressed(self._head.neutral, weights)

    def places(self, vertices: Floats, motion: Motion) -> Floats:
        """Where the draft shows MediaPipe's landmarks of the portrait's face.

        Args:
            vertices: (V, 3) `expressed`.
            motion: the same moment's.

        Returns:
            (478, 2) picture heights from the centre, x right, y down. Irises stay where they are in the portrait's eyes:
            eyeballs are turned when they are drawn.
        """
        camera = self._head.camera
        return camera.project(camera.seen(load_landmarks().of(vertices) + self._offset, motion))


class DraftGeometry(DraftPlaces):
    """The head of one avatar that was made from a studio portrait."""

    def __init__(
        self, head: HeadRig | FittedHead, portrait: StudioPicture, *, has_own_pivot: bool = True
    ) -> None:
        """Keep the geometry.

        Args:
            head: fitted to the whole portrait: the frame shows the portrait's square.
            portrait: the studio's, taken from the front.
            has_own_pivot: False turns the head about the head model's pivot instead of the avatar's, as a comparison.

        Raises:
            MeasureError: the portrait's camera is not in front of the face.
        """
        size, true = len(portrait.image), portrait.mediapipe_landmarks
        super().__init__(head, np.asarray(true[:, :2] / size - 0.5, np.float32))
        self._portrait = portrait.factors
        self._pivot = (
            placement_of(head).pivot_in(true, size, focal=portrait.camera.focal) if has_own_pivot else None
        )
        motion_of(portrait.factors, portrait.factors, self._pivot)  # raises for a portrait from the side

    def motion(self, factors: Factors) -> Motion:
        """The Motion of a moment, with the head's absolute pose as the runtime takes it."""
        motion = motion_of(factors, self._portrait, self._pivot)
        held = self._head.camera.rotation
        motion.pose[:3] = angles(rotation(*(float(v) for v in motion.pose[:3])) @ held)
        return motion
