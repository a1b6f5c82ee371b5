"""Studio cameras: a view as matrices, and every pixel's ray as Plücker coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from face.camera import rotation
from studio.arrays import Floats
from studio.factors import CameraView

#: What cameras look at, world space: between the eyes and the mouth.
TARGET: Final = np.array([0.0, 0.2, 3.0], np.float32)
NEAR, FAR = 10.0, 400.0


@dataclass(frozen=True, slots=True, eq=False)
class StudioCamera:
    """A pinhole camera.

    Attributes:
        focal: focal length in picture heights; the principal point is the picture's middle.
        world_to_camera: (4, 4) rigid. The camera looks along -Z, +X is right in the picture, +Y up.
    """

    focal: float
    world_to_camera: Floats

    @property
    def eye(self) -> Floats:
        """The camera's place in the world (3,)."""
        turn, move = self.world_to_camera[:3, :3], self.world_to_camera[:3, 3]
        return np.asarray(-turn.T @ move, np.float32)

    def projection(self) -> Floats:
        """Camera to clip space (4, 4) of a square picture."""
        f = 2.0 * self.focal
        depth = (-(FAR + NEAR) / (FAR - NEAR), -2.0 * FAR * NEAR / (FAR - NEAR))
        return np.array([[f, 0, 0, 0], [0, f, 0, 0], [0, 0, *depth], [0, 0, -1, 0]], np.float32)

    def project(self, points: Floats, size: int) -> Floats:
        """World points (N, 3) -> (N, 3): pixels x right and y down from the top left corner, and depth > 0."""
        seen = points @ self.world_to_camera[:3, :3].T + self.world_to_camera[:3, 3]
        depth = -seen[:, 2]
        x, y = (self.focal * seen[:, axis] / depth for axis in (0, 1))
        return np.stack([(x + 0.5) * size, (0.5 - y) * size, depth], 1).astype(np.float32)

    def plucker_rays(self, size: int) -> Floats:
        """Every pixel's ray (size, size, 6): unit direction d and moment o x d, world space.

        Source: FactorPortrait, conditions of the view branch; o is the camera's place.
        """
        axis = (np.arange(size) + 0.5) / size - 0.5
        x, y = np.meshgrid(axis, -axis)
        seen = np.stack([x / self.focal, y / self.focal, -np.ones_like(x)], -1)
        direction = seen @ self.world_to_camera[:3, :3]  # the transpose of the rotation turns back
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        return np.concatenate([direction, np.cross(self.eye, direction)], -1).astype(np.float32)


def camera_for_view(view: CameraView) -> StudioCamera:
    """The camera that looks at the head's middle from where the view says."""
    # moving the camera to the subject's left shows what turning everything to the right would
    orbit = rotation(0.0, -view.elevation, 0.0) @ rotation(-view.azimuth, 0.0, 0.0)
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = orbit
    matrix[:3, 3] = np.array([0.0, 0.0, -view.distance]) - orbit @ TARGET
    return StudioCamera(view.focal, matrix)
