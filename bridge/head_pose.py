"""Head pose from MediaPipe's facial transformation matrix.

The matrix places the canonical metric face (cm, right-handed, +X to the subject's left, +Y up, +Z out of
the face) before a camera at the origin that looks along -Z, so for a face that looks into the camera it is a
translation and nothing else: its axes are already Omote's.

    pose = head_pose(observation.transform)

Source: MediaPipe FaceLandmarker, `facial_transformation_matrixes`; signs checked by eye on recorded clips.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: What an avatar's picture shows of the world at the depth of the face, top to bottom: avatars are cut so that
#: the face takes 0.40 of the height, and six of seven portraits then measure 43 to 47.
PORTRAIT_HEIGHT_CM: Final = 45.0


class HeadPose(NamedTuple):
    """Where a head is and how it is turned: radians and centimetres, in the camera's frame.

    rotation = Ry(yaw) @ Rx(-pitch) @ Rz(roll): the head tilts, then nods, then turns.
    """

    yaw: float  # + turns to the subject's left
    pitch: float  # + looks up
    roll: float  # + tilts towards the subject's right shoulder
    x_cm: float  # + to the subject's left
    y_cm: float  # + up
    z_cm: float  # + towards the camera; a face is at about -30 .. -80


def head_pose(transform: NDArray[np.floating]) -> HeadPose:
    """Read a pose from a transformation matrix.

    Args:
        transform: (4, 4), canonical face to camera, cm; a uniform scale in it is ignored.
    """
    axes = np.asarray(transform, np.float64)[:3, :3]
    axes = axes / np.linalg.norm(axes, axis=0, keepdims=True)
    forward = axes[:, 2]  # out of the face, seen by the camera
    return HeadPose(
        yaw=float(np.arctan2(forward[0], forward[2])),
        pitch=float(np.arcsin(np.clip(forward[1], -1.0, 1.0))),
        roll=float(np.arctan2(axes[1, 0], axes[1, 1])),
        x_cm=float(transform[0, 3]),
        y_cm=float(transform[1, 3]),
        z_cm=float(transform[2, 3]),
    )


def pose_values(pose: HeadPose, rest: HeadPose) -> dict[str, float]:
    """The pose layer's channels, relative to the pose at rest.

    Movement is measured in heads, not in camera pictures: centimetres of the canonical face over
    PORTRAIT_HEIGHT_CM, so it does not depend on how closely the driver's camera frames the face.
    Depth goes to `z`; `scale` is left alone at 1, because both would answer the same measurement and a
    small error in it would pump the face twice.
    """
    return {
        "yaw": pose.yaw - rest.yaw,
        "pitch": pose.pitch - rest.pitch,
        "roll": pose.roll - rest.roll,
        "x": (pose.x_cm - rest.x_cm) / PORTRAIT_HEIGHT_CM,
        "y": (pose.y_cm - rest.y_cm) / PORTRAIT_HEIGHT_CM,
        "z": (pose.z_cm - rest.z_cm) / PORTRAIT_HEIGHT_CM,
    }
