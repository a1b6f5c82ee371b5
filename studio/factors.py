"""Factors: everything that can be chosen about one studio picture, each independent of the others.

factors = Factors(identity=weights, pose=Pose(yaw=0.3), emotion={"angry": 1.0})
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
    """Head against body: radians, and head-model units (about centimetres); scale 1 = as it is.

    Signs as everywhere: yaw + to the subject's left, pitch + up, roll + towards the right shoulder.
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
    """Where the camera stands around the head: radians, and its distance in head-model units.

    Attributes:
        focal: focal length in picture heights.
    """

    azimuth: float = 0.0
    elevation: float = 0.0
    distance: float = 90.0
    focal: float = 2.3


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """One picture's choices.

    Attributes:
        identity: (100,) standard deviations of ICT-FaceKit's modes.
        look: the seed of skin, hair, clothes and everything else that is no shape of the face.
        background: the seed of what is behind, and of the light.
        style: of STYLES.
        articulation: (52,) ARKit coefficients 0..1 of speech, blinks and whatever else is no emotion.
        emotion: (8,) intensities 0..1 in the order of EMOTIONS.
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
        """(52,) what the emotion alone does to the face."""
        shapes = np.zeros(len(BLENDSHAPES), np.float32)
        expression_of(self.emotion, shapes)
        return np.clip(shapes, 0.0, 1.0)

    def expression(self) -> Floats:
        """(52,) what is drawn: both together, as `interaction` says."""
        return combine_expression(self.articulation, self.emotion_shapes())
