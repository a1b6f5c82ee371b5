"""Factors: the independent inputs of one studio picture.

factors = Factors(identity=identity_weights(7), pose=Pose(yaw=0.3), look=5)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from face.emotion_shapes import expression_of
from protocol.blendshapes import BLENDSHAPES
from protocol.channels import EMOTIONS
from studio.arrays import Floats
from studio.motion.interaction import combine_expression

IDENTITY_MODES: Final = 100
STYLES: Final = ("real", "anime", "clay")


@dataclass(frozen=True, slots=True)
class Pose:
    """Head pose relative to the body: angles in radians, translation in head-model units (about centimetres).

    Yaw is positive to the subject's left, pitch up, roll towards the right shoulder. A scale of 1 changes nothing.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class CameraView:
    """Position of the camera around the head.

    Attributes:
        azimuth, elevation: radians, positive to the subject's left and up.
        distance: head-model units.
        focal: focal length in picture heights.
    """

    azimuth: float = 0.0
    elevation: float = 0.0
    distance: float = 90.0
    focal: float = 2.3


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """The inputs of one picture.

    Attributes:
        identity: (100,) float32, standard deviations of ICT-FaceKit's modes.
        look: seed of skin, hair, clothes and all else that is not the shape of the face.
        background: seed of background and light.
        style: one of STYLES.
        articulation: (52,) float32, ARKit coefficients 0..1 of speech, blinks and all else that is not emotion.
        emotion: (8,) float32, intensities 0..1 in the order of EMOTIONS.
        gaze: yaw and pitch in radians, relative to the head.
    """

    identity: Floats = field(default_factory=lambda: np.zeros(IDENTITY_MODES, np.float32))
    look: int = 0
    background: int = 0
    style: str = "clay"
    pose: Pose = Pose()
    articulation: Floats = field(default_factory=lambda: np.zeros(len(BLENDSHAPES), np.float32))
    emotion: Floats = field(default_factory=lambda: np.zeros(len(EMOTIONS), np.float32))
    gaze: tuple[float, float] = (0.0, 0.0)
    view: CameraView = CameraView()

    def emotion_shapes(self) -> Floats:
        """(52,) float32, ARKit coefficients 0..1 of the emotion alone."""
        shapes = np.zeros(len(BLENDSHAPES), np.float32)
        expression_of(self.emotion, shapes)
        return np.clip(shapes, 0.0, 1.0)

    def expression(self) -> Floats:
        """(52,) float32, ARKit coefficients 0..1 of articulation and emotion combined."""
        return combine_expression(self.articulation, self.emotion_shapes())
