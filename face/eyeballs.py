"""Rotation of the eyeballs, and the lid shapes that follow the gaze."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import rotation
from protocol.blendshapes import INDEX

#: Pitch of the gaze, radians, at which eyeLookUp or eyeLookDown is 1.
LOOK_UP_RAD: Final = 0.50
LOOK_DOWN_RAD: Final = 0.55

#: Eyeballs are drawn this far behind their place, model units, so that lids that touch them stay in front.
EYE_CLEARANCE: Final = 0.12

_UP = [INDEX["eyeLookUpLeft"], INDEX["eyeLookUpRight"]]
_DOWN = [INDEX["eyeLookDownLeft"], INDEX["eyeLookDownRight"]]
_SIDE = [INDEX[f"eyeLook{way}{side}"] for way in ("In", "Out") for side in ("Left", "Right")]


def eye_rotation(gaze: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rotation matrix (3, 3) float32 of an eyeball for a gaze (2,), yaw and pitch in radians; +Z becomes the gaze."""
    return rotation(float(gaze[0]), float(gaze[1]), 0.0)


def set_look_shapes(expression: NDArray[np.float32], gaze: NDArray[np.float32]) -> None:
    """Replace the eyeLook* shapes of ARKit weights (52,), in place, by those of a gaze (2,), radians.

    They move the lids only; the eyeballs turn by `eye_rotation`.
    """
    pitch = float(gaze[1])
    expression[_UP] = min(max(pitch, 0.0) / LOOK_UP_RAD, 1.0)
    expression[_DOWN] = min(max(-pitch, 0.0) / LOOK_DOWN_RAD, 1.0)
    expression[_SIDE] = 0.0
