"""Gaze: how eyeballs turn, and how lids go with them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import rotation
from protocol.blendshapes import INDEX

#: Radians of eyeball turn at a coefficient of 1, for lids that follow up and down.
LOOK_UP_RAD: Final = 0.50
LOOK_DOWN_RAD: Final = 0.55

#: An eyeball is drawn this much further back than it is (model units), so that lids that touch it win.
EYE_CLEARANCE: Final = 0.12

_UP = [INDEX["eyeLookUpLeft"], INDEX["eyeLookUpRight"]]
_DOWN = [INDEX["eyeLookDownLeft"], INDEX["eyeLookDownRight"]]
_SIDE = [INDEX[f"eyeLook{way}{side}"] for way in ("In", "Out") for side in ("Left", "Right")]


def eye_rotation(gaze: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rotation (3, 3) of an eyeball for a gaze (yaw, pitch) in radians; it takes +Z to where the eye looks."""
    return rotation(float(gaze[0]), float(gaze[1]), 0.0)


def put_gaze(expression: NDArray[np.float32], gaze: NDArray[np.float32]) -> None:
    """Write the lids' share of a gaze into ARKit weights (52,): the eyeLook* of the weights are replaced."""
    pitch = float(gaze[1])
    expression[_UP] = min(max(pitch, 0.0) / LOOK_UP_RAD, 1.0)
    expression[_DOWN] = min(max(-pitch, 0.0) / LOOK_DOWN_RAD, 1.0)
    expression[_SIDE] = 0.0
