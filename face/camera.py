"""Matrices of a Motion: the head's movement relative to the portrait, and the view.

Rest space is the portrait camera's space: the camera at the origin looks along -Z, +X right in the
picture, +Y up, in head-model units. A picture point is f * X / -Z portrait heights from the centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face.motion import Motion

Matrix = NDArray[np.float32]
Vector = NDArray[np.float32]


def rotation(yaw: float, pitch: float, roll: float) -> Matrix:
    """Rotation matrix (3, 3) float32 of a head: roll first, then pitch, then yaw, about the head's fixed axes.

    Args:
        yaw: radians, + turns the face to the subject's left (+X).
        pitch: radians, + up.
        roll: radians, + towards the subject's right shoulder.
    """
    cy, sy = np.cos(yaw), np.sin(yaw)
    cp, sp = np.cos(pitch), np.sin(pitch)
    cr, sr = np.cos(roll), np.sin(roll)
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    # A positive right-handed rotation about +X moves +Z (the nose) down, so the sign of pitch is reversed.
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    # A positive rotation about +Z moves the crown (+Y) towards -X, the subject's right shoulder.
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ tilt, np.float32)


def angles(matrix: NDArray[np.float32]) -> tuple[float, float, float]:
    """Yaw, pitch and roll, radians, of a rotation matrix (3, 3): the inverse of `rotation`."""
    yaw = float(np.arctan2(matrix[0, 2], matrix[2, 2]))
    pitch = float(np.arcsin(np.clip(matrix[1, 2], -1, 1)))
    roll = float(np.arctan2(matrix[1, 0], matrix[1, 1]))
    return yaw, pitch, roll


def rotation_vector(matrix: NDArray[np.float32]) -> Vector:
    """Rotation vector (3,) float32, axis times angle in radians, of a rotation matrix (3, 3); angle 0..pi."""
    m = matrix.astype(np.float64)
    axis = np.array([m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]])
    sine = np.linalg.norm(axis) / 2
    angle = np.arctan2(sine, (np.trace(m) - 1) / 2)
    if sine < 1e-7:
        return np.zeros(3, np.float32)
    return np.asarray(axis / (2 * sine) * angle, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PortraitCamera:
    """The fitted camera of the portrait.

    Attributes:
        focal: focal length in portrait heights.
        rotation: (3, 3) head rotation in the portrait.
        translation: (3,) head origin in rest space, head-model units; z < 0.
        pivot: (3,) point in head space about which the head turns on the neck.
    """

    focal: float
    rotation: Matrix
    translation: Vector
    pivot: Vector

    @property
    def pivot_rest(self) -> Vector:
        """The pivot in rest space (3,)."""
        return np.asarray(self.rotation @ self.pivot + self.translation, np.float32)

    @property
    def unit(self) -> float:
        """Head-model units in one portrait height at the pivot's depth."""
        return float(-self.pivot_rest[2] / self.focal)

    def turn(self, motion: Motion) -> Vector:
        """Rotation vector (3,), radians, from the portrait's head pose to the Motion's."""
        yaw, pitch, roll = (float(v) for v in motion.pose[:3])
        return rotation_vector(rotation(yaw, pitch, roll) @ self.rotation.T)

    def shift(self, motion: Motion) -> Vector:
        """Translation (3,) of the head in rest space, head-model units."""
        return np.asarray(motion.pose[3:6] * self.unit, np.float32)

    def view(self, motion: Motion) -> Matrix:
        """Rest space to view space (4, 4): the camera on its orbit about the pivot."""
        azimuth, elevation, distance = (float(v) for v in motion.view)
        # Moving the camera to the subject's left equals turning everything to the right.
        orbit = rotation(0.0, -elevation, 0.0) @ rotation(-azimuth, 0.0, 0.0)
        pivot = self.pivot_rest
        depth = np.array([0, 0, pivot[2]], np.float32)
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3] = orbit
        # The camera stays aimed so that the pivot keeps its place in the picture.
        matrix[:3, 3] = pivot - orbit @ pivot + depth * (distance - 1)
        matrix[0, 3] += pivot[0] * (distance - 1)
        matrix[1, 3] += pivot[1] * (distance - 1)
        return matrix

    def seen(self, head: Matrix, motion: Motion) -> Matrix:
        """Points of the head as the frame's camera sees them.

        Args:
            head: (N, 3) head space, which turn with the whole head.

        Returns:
            (N, 3) float32, camera space of the frame: x right, y up, z < 0 in front.
        """
        yaw, pitch, roll = (float(v) for v in motion.pose[:3])
        pivot = self.pivot_rest
        arms = (head - self.pivot) @ rotation(yaw, pitch, roll).T
        placed = pivot + float(motion.pose[6]) * arms + self.shift(motion)
        view = self.view(motion)
        return np.asarray(placed @ view[:3, :3].T + view[:3, 3], np.float32)

    def project(self, seen: Matrix) -> Matrix:
        """Camera space (N, 3) to the picture (N, 2): picture heights from the centre, x right, y down."""
        return np.asarray(np.stack([seen[:, 0], -seen[:, 1]], 1) * (self.focal / -seen[:, 2:3]), np.float32)

    def projection(self) -> Matrix:
        """View space to clip space (4, 4) for a square picture."""
        near, far = 0.02 * -self.translation[2], 6.0 * -self.translation[2]
        f = 2 * self.focal
        return np.array(
            [
                [f, 0, 0, 0],
                [0, f, 0, 0],
                [0, 0, -(far + near) / (far - near), -2 * far * near / (far - near)],
                [0, 0, -1, 0],
            ],
            np.float32,
        )
