"""Studio cameras: projection matrices, and the ray of every pixel as Plücker coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from face.camera import rotation
from studio.arrays import Floats
from studio.factors import CameraView

#: The point that cameras look at, in world space: between the eyes and the mouth.
TARGET: Final = np.array([0.0, 0.2, 3.0], np.float32)
#: Distances of the clipping planes, head-model units.
NEAR, FAR = 10.0, 400.0


@dataclass(frozen=True, slots=True, eq=False)
class StudioCamera:
    """A pinhole camera.

    Attributes:
        focal: focal length in picture heights; the principal point is the centre of the picture.
        world_to_camera: (4, 4) float32, rigid. The camera looks along -Z; +X is right in the picture, +Y up.
    """

    focal: float
    world_to_camera: Floats

    @property
    def eye(self) -> Floats:
        """(3,) float32, the camera's position in world space."""
        rotate, translate = self.world_to_camera[:3, :3], self.world_to_camera[:3, 3]
        return np.asarray(-rotate.T @ translate, np.float32)

    def projection(self) -> Floats:
        """(4, 4) float32, camera space to clip space, for a square picture."""
        f = 2.0 * self.focal
        depth = (-(FAR + NEAR) / (FAR - NEAR), -2.0 * FAR * NEAR / (FAR - NEAR))
        return np.array([[f, 0, 0, 0], [0, f, 0, 0], [0, 0, *depth], [0, 0, -1, 0]], np.float32)

    def project(self, points: Floats, size: int) -> Floats:
        """Project points.

        Args:
            points: (N, 3) in world space, in front of the camera. size: side of the picture in pixels.

        Returns:
            (N, 3) float32: x right and y down from the top left corner in pixels, and depth in head-model units.
        """
        seen = points @ self.world_to_camera[:3, :3].T + self.world_to_camera[:3, 3]
        depth = -seen[:, 2]
        x, y = (self.focal * seen[:, axis] / depth for axis in (0, 1))
        return np.stack([(x + 0.5) * size, (0.5 - y) * size, depth], 1).astype(np.float32)

    def plucker_rays(self, size: int) -> Floats:
        """The ray through the centre of every pixel, in world space.

        Args:
            size: side of the picture in pixels.

        Returns:
            (size, size, 6) float32: unit direction d and moment o x d, with o the camera's position; top row first.

        Source: FactorPortrait, conditions of the view branch.
        """
        axis = (np.arange(size) + 0.5) / size - 0.5
        x, y = np.meshgrid(axis, -axis)
        seen = np.stack([x / self.focal, y / self.focal, -np.ones_like(x)], -1)
        # row vectors times R multiply by the transpose of R, which is its inverse
        direction = seen @ self.world_to_camera[:3, :3]
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        return np.concatenate([direction, np.cross(self.eye, direction)], -1).astype(np.float32)


def camera_for_view(view: CameraView) -> StudioCamera:
    """The camera of a view; it looks at TARGET."""
    # moving the camera to the subject's left looks like turning the world to the right
    orbit = rotation(0.0, -view.elevation, 0.0) @ rotation(-view.azimuth, 0.0, 0.0)
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = orbit
    matrix[:3, 3] = np.array([0.0, 0.0, -view.distance]) - orbit @ TARGET
    return StudioCamera(view.focal, matrix)
