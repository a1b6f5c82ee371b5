"""A rigid head as LivePortrait would know it, made from points of our head space, whose movement is known exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera, rotation
from face.liveportrait.portrait_face import DRIVEN, KEYPOINTS, PortraitFace
from face.motion import NEUTRAL, Motion
from protocol.channels import CHANNEL_INDEX, LAYER_SLICE

Floats = NDArray[np.float32]
FLIP = np.diag([1.0, -1.0, -1.0])
POSE = (0.12, -0.08, 0.05)  # the portrait's yaw, pitch, roll
CAMERA = PortraitCamera(
    4.0, rotation(*POSE), np.array([0.6, -1.2, -90.0], np.float32), np.array([0, -4, -6], np.float32)
)
CROP = np.array([0.02, -0.03, 0.9], np.float32)
ANCHOR = np.array([0.3, 1.0, -1.5], np.float32)


def portrait() -> Floats:
    """The Motion (CHANNELS,) of the portrait: turned, with a slightly open jaw."""
    values = NEUTRAL.copy()
    values[LAYER_SLICE["pose"]][:3] = POSE
    values[CHANNEL_INDEX["expression"]["jawOpen"]] = 0.2
    return values


def motion(**values: float) -> Motion:
    """The portrait's Motion with channels changed: pose_yaw=0.3."""
    made = Motion.neutral()
    made.values[:] = portrait()
    for name, value in values.items():
        layer, channel = name.split("_")
        made.values[CHANNEL_INDEX[layer][channel]] = value
    return made


def angles_of(matrix: Floats) -> Floats:
    """Pitch, yaw, roll in degrees of Rz Ry Rx."""
    yaw = -np.arcsin(matrix[2, 0])
    pitch, roll = np.arctan2(matrix[2, 1], matrix[2, 2]), np.arctan2(matrix[1, 0], matrix[0, 0])
    return np.degrees(np.array([pitch, yaw, roll])).astype(np.float32)


def points() -> Floats:
    """(K, 3) of the head, head space; the eyes' lids lie on their sides."""
    made = np.random.RandomState(3).uniform(-6, 6, (KEYPOINTS, 3)).astype(np.float32)
    made[11], made[15] = (3.0, 3.0, 4.0), (-3.0, 3.0, 4.0)
    return made


def in_crop(places: Floats) -> Floats:
    """Picture heights (N, 2) to the crop's -1..1."""
    return (places - CROP[:2]) * (2.0 / CROP[2])


def seen_points(head: Floats, shown: Motion) -> Floats:
    """Where points (N, 3) of the head lie in the crop, (N, 2), each at the distance of the anchor."""
    anchor = CAMERA.seen(ANCHOR[None], shown)
    arms = CAMERA.seen(head, shown) - anchor
    heights = CAMERA.project(anchor) + arms[:, :2] * (1, -1) * (CAMERA.focal / -anchor[0, 2])
    return in_crop(heights)


def rigid_face(**changes: Any) -> PortraitFace:
    """The face of the head `points`, without expression."""
    own = motion()
    depth = -CAMERA.seen(ANCHOR[None], own)[0, 2]
    place = in_crop(CAMERA.project(CAMERA.seen(ANCHOR[None], own)))[0]
    made = PortraitFace(
        volume=np.zeros((1, 2, 2, 4, 4), np.float32),
        keypoints=((points() - ANCHOR) @ FLIP).astype(np.float32),
        expression=np.zeros((KEYPOINTS, 3), np.float32),
        angles_deg=angles_of(FLIP @ CAMERA.rotation @ FLIP),
        translation=np.array([*place, 0.4], np.float32),
        scale=np.array([2.0 * CAMERA.focal / depth / CROP[2]], np.float32),
        crop=CROP,
        anchor=ANCHOR,
        deltas=np.zeros((len(DRIVEN), KEYPOINTS, 3), np.float32),
        r2=np.zeros(len(DRIVEN), np.float32),
        lips_met=np.zeros((KEYPOINTS, 3), np.float32),
    )
    return replace(made, **changes)
