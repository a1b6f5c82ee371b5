"""Moments whose measures are given, without a picture."""

from __future__ import annotations

import numpy as np

from authoring.clip.moment import Moment
from face.camera import rotation
from protocol.blendshapes import INDEX
from vision.landmarker import FaceObservation


def made_moment(
    time_s: float = 0.0,
    *,
    yaw_deg: float = 0.0,
    pitch_deg: float = 0.0,
    sharpness: float = 100.0,
    light: float = 0.0,
    cut_off: float = 0.0,
    lips_apart: float = 0.0,
    landmarks: np.ndarray | None = None,
    **shapes: float,
) -> Moment:
    """A calm, sharp, frontal moment, but for what is named."""
    transform = np.eye(4, dtype=np.float32)
    transform[:3, :3] = rotation(*np.radians([yaw_deg, pitch_deg, 0.0]))
    worn = np.zeros(52, np.float32)
    for name, value in shapes.items():
        worn[INDEX[name]] = value
    points = np.zeros((478, 3), np.float32) if landmarks is None else landmarks
    return Moment(time_s, FaceObservation(points, worn, transform), sharpness, light, cut_off, lips_apart)
