"""Steering: the numbers of a frame that the generative engine reads beside its pictures; of training and of live frames.

    expression, emotion, pose = steering_of(codes)       # codes (..., CODE) of `face.conditions.frame_code`

Everything zero means: not given, as guidance needs it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from face.conditions import CODE, EMOTION, EXPRESSION, GAZE, HEAD, POSE

Floats = NDArray[np.float32]

#: Numbers of an expression: the 52 shapes, gaze yaw and pitch (radians), and 1 where an expression is given.
EXPRESSION_IN: Final = GAZE.stop + 1
EMOTIONS_IN: Final = EMOTION.stop - EMOTION.start
#: Numbers of a pose: yaw, pitch, roll against the camera (radians), shift x and y (portrait heights), log of the scale.
POSE_IN: Final = 6


class FrameSteering(NamedTuple):
    """What frames are steered by, float32.

    Attributes:
        expression: (..., EXPRESSION_IN). emotion: (..., EMOTIONS_IN) 0..1. pose: (..., POSE_IN).
    """

    expression: Floats
    emotion: Floats
    pose: Floats


def steering_of(codes: Floats) -> FrameSteering:
    """What codes (..., CODE) tell, as new arrays."""
    assert codes.shape[-1] == CODE
    given = np.ones((*codes.shape[:-1], 1), np.float32)
    return FrameSteering(
        np.concatenate([codes[..., EXPRESSION], codes[..., GAZE], given], -1),
        codes[..., EMOTION].copy(),
        np.concatenate([codes[..., HEAD], codes[..., POSE][..., 3:]], -1),
    )
