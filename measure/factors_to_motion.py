"""The studio's Factors as the runtime's Motion: the one place where the two worlds meet.

    motion = motion_of(factors, portrait)       # Motion against the portrait's factors

The studio turns a head on its neck in a world whose camera looks at the face; the runtime turns it against the
portrait, and its camera goes around the head's pivot. What the two pivots and aims leave over is a shift of the head, so
every point of the head lands where the studio has it; shoulders, which take only a share of a shift, do not quite.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import angles, rotation
from face.head_model import load_head_model
from face.motion import Motion
from measure.errors import MeasureError
from protocol.channels import EMOTIONS
from studio.camera import TARGET
from studio.factors import CameraView, Factors, Pose
from studio.head.head_deformer import PIVOT as NECK_JOINT

Doubles = NDArray[np.float64]

_ALONG: Final = np.array([0.0, 0.0, 1.0])


def motion_of(factors: Factors, portrait: Factors) -> Motion:
    """What an engine is told, so that it draws these factors from that portrait.

    The head's angles and place count from the portrait's: a head that stays as it was has pose 0 and scale 1.
    Expression, gaze and emotion are the studio's own; the expression has the emotion in it.

    Raises:
        MeasureError: the portrait was not taken from the front.
    """
    motion = Motion.neutral()
    motion.expression[:] = factors.expression()
    motion.gaze[:] = factors.gaze
    motion.emotion[: len(EMOTIONS)] = factors.emotion
    was = portrait.view
    if was.azimuth or was.elevation:
        raise MeasureError(
            f"the portrait was taken from azimuth {was.azimuth:g}, elevation {was.elevation:g}; expected 0, 0"
        )
    pose, before = factors.pose, portrait.pose
    # 1. Places in the portrait's camera: the studio's joint, and the runtime's pivot as the portrait has it.
    away = was.distance * _ALONG
    joint = NECK_JOINT + _place(before) - TARGET - away
    pivot = joint + before.scale * (_turn(before) @ (load_head_model().pivot - NECK_JOINT))
    # 2. The head against the portrait's.
    turned = _turn(pose) @ _turn(before).T
    grown = pose.scale / before.scale
    motion.pose[:3] = angles(turned.astype(np.float32))
    motion.pose[6] = grown
    # 3. The camera. A longer lens makes things larger as going nearer does.
    view = factors.view
    orbit = _orbit(view)
    distance = view.distance * was.focal / view.focal
    ratio = ((orbit @ (pivot + away))[2] - distance) / pivot[2]
    motion.view[:] = view.azimuth, view.elevation, ratio
    # 4. What is left between "about the joint, aimed at the face" and "about the pivot, its place kept".
    arrived = grown * (turned @ (pivot - joint)) + NECK_JOINT + _place(pose) - TARGET
    shift = arrived - orbit.T @ (distance * _ALONG + ratio * pivot)
    motion.pose[3:6] = shift / unit_of(portrait)
    return motion


def unit_of(portrait: Factors) -> float:
    """Head-model units in one portrait height at the depth of the head's pivot."""
    pose, view = portrait.pose, portrait.view
    pivot = _turn(pose) @ (load_head_model().pivot - NECK_JOINT) * pose.scale + NECK_JOINT + _place(pose)
    return float((view.distance - pivot[2] + TARGET[2]) / view.focal)


def head_in_camera(factors: Factors) -> tuple[float, float, float]:
    """Yaw, pitch and roll in radians of the head as the camera sees it: what a picture can show of pose and view."""
    return angles(np.asarray(_orbit(factors.view) @ _turn(factors.pose), np.float32))


def _orbit(view: CameraView) -> Doubles:
    # as in studio.camera.camera_for_view and face.camera
    return (rotation(0.0, -view.elevation, 0.0) @ rotation(-view.azimuth, 0.0, 0.0)).astype(np.float64)


def _turn(pose: Pose) -> Doubles:
    return rotation(pose.yaw, pose.pitch, pose.roll).astype(np.float64)


def _place(pose: Pose) -> Doubles:
    return np.array([pose.x, pose.y, pose.z])
