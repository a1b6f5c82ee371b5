"""Converts the studio's Factors into the runtime's Motion; no other module does.

    motion = motion_of(factors, portrait)       # Motion against the portrait's factors

The studio rotates a head about the neck joint, and its camera aims at the face. The runtime rotates the head relative
to the portrait, and its camera orbits the head's pivot. The difference is a shift of the head, so that every point of the
head lands where the studio draws it. Shoulders follow only a share of a shift, so they do not match exactly.

The pivot is the avatar's own: one picture does not tell how far the neck lies behind a face, and a pivot that is 5 % too
deep moves a turned face sideways by two pixels of 256 (`HeadPlacement`).
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


def motion_of(factors: Factors, portrait: Factors, pivot: Doubles | None = None) -> Motion:
    """The Motion that makes an engine draw these factors from that portrait.

    The head's pose is relative to the portrait's: an unchanged head has pose 0 and scale 1. Expression, gaze and emotion
    are the studio's; the expression includes the emotion.

    Args:
        pivot: (3,) the point about which the engine turns the head, in the portrait's camera space, head-model units of
            the studio (`HeadPlacement.pivot_in`); None is the head model's own pivot.

    Raises:
        MeasureError: the portrait's camera is not in front of the face.
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
    # 1. Positions in the portrait's camera space: the studio's neck joint, and the runtime's pivot.
    away = was.distance * _ALONG
    joint = NECK_JOINT + _place(before) - TARGET - away
    if pivot is None:
        pivot = _model_pivot(portrait)
    # 2. The head relative to the portrait's.
    turned = _turn(pose) @ _turn(before).T
    grown = pose.scale / before.scale
    motion.pose[:3] = angles(turned.astype(np.float32))
    motion.pose[6] = grown
    # 3. The camera. A longer focal length enlarges like a shorter distance.
    view = factors.view
    orbit = _orbit(view)
    distance = view.distance * was.focal / view.focal
    ratio = ((orbit @ (pivot + away))[2] - distance) / pivot[2]
    motion.view[:] = view.azimuth, view.elevation, ratio
    # 4. The remaining difference between the two pivots and aims, as a shift.
    arrived = grown * (turned @ (pivot - joint)) + NECK_JOINT + _place(pose) - TARGET
    shift = arrived - orbit.T @ (distance * _ALONG + ratio * pivot)
    motion.pose[3:6] = shift / unit_of(portrait, pivot)
    return motion


def unit_of(portrait: Factors, pivot: Doubles | None = None) -> float:
    """Head-model units in one portrait height at the depth of the pivot (3,), or of the head model's own."""
    depth = (_model_pivot(portrait) if pivot is None else pivot)[2]
    return float(-depth / portrait.view.focal)


def _model_pivot(portrait: Factors) -> Doubles:
    """The head model's pivot (3,) in the portrait's camera space."""
    pose = portrait.pose
    offset = pose.scale * (_turn(pose) @ (load_head_model().pivot - NECK_JOINT))
    return np.asarray(NECK_JOINT + _place(pose) - TARGET - portrait.view.distance * _ALONG + offset)


def head_in_camera(factors: Factors) -> tuple[float, float, float]:
    """Yaw, pitch and roll in radians of the head in camera space: pose and view combined."""
    return angles(np.asarray(_orbit(factors.view) @ _turn(factors.pose), np.float32))


def _orbit(view: CameraView) -> Doubles:
    # as in studio.camera.camera_for_view and face.camera
    return (rotation(0.0, -view.elevation, 0.0) @ rotation(-view.azimuth, 0.0, 0.0)).astype(np.float64)


def _turn(pose: Pose) -> Doubles:
    return rotation(pose.yaw, pose.pitch, pose.roll).astype(np.float64)


def _place(pose: Pose) -> Doubles:
    return np.array([pose.x, pose.y, pose.z])
