"""Head pose from MediaPipe's facial transformation matrix.

The matrix places the canonical metric face (cm, right-handed, +X to the subject's left, +Y up, +Z out of
the face) in front of a camera at the origin that looks along -Z. These are Omote's axes already: for a face that
looks into the camera the matrix is a pure translation.

    pose = head_pose(observation.transform)

Source: MediaPipe FaceLandmarker, `facial_transformation_matrixes`; signs checked by eye on recorded clips.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_METRES: Final = 0.01  # per centimetre


class HeadPose(NamedTuple):
    """Rotation and translation of a head in the camera's frame: radians and metres.

    rotation = Ry(yaw) @ Rx(-pitch) @ Rz(roll): roll first, then pitch, then yaw.
    """

    yaw: float  # + turns to the subject's left
    pitch: float  # + looks up
    roll: float  # + tilts towards the subject's right shoulder
    x: float  # + to the subject's left
    y: float  # + up
    z: float  # + towards the camera; a face is at about -0.3 .. -0.8


def head_pose(transform: NDArray[np.floating]) -> HeadPose:
    """Read the head pose off a transformation matrix.

    Args:
        transform: (4, 4), canonical face to camera, cm; a uniform scale in it is ignored.
    """
    axes = np.asarray(transform, np.float64)[:3, :3]
    axes = axes / np.linalg.norm(axes, axis=0, keepdims=True)
    forward = axes[:, 2]  # out of the face, in camera axes
    return HeadPose(
        yaw=float(np.arctan2(forward[0], forward[2])),
        pitch=float(np.arcsin(np.clip(forward[1], -1.0, 1.0))),
        roll=float(np.arctan2(axes[1, 0], axes[1, 1])),
        x=float(transform[0, 3]) * _METRES,
        y=float(transform[1, 3]) * _METRES,
        z=float(transform[2, 3]) * _METRES,
    )
