"""Limits: every channel in its range, and no two shapes that a face cannot do at once.

Drivers and emotions are summed without knowing of each other. Opposite shapes share one budget: what the one
takes, the other cannot have. So a lid that closes always closes, and lips that round for speech always round.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from face.motion import Motion
from protocol.blendshapes import INDEX
from protocol.channels import CHANNELS
from runtime.control.control import Control

_LOW: Final = np.array([channel.low for channel in CHANNELS], np.float32)
_HIGH: Final = np.array([channel.high for channel in CHANNELS], np.float32)

#: The first may be at most 1 - the second, in this order. Only the sum beyond 1 is taken, so a tracker's
#: smile that puckers a little stays what it is.
OPPOSITES: Final = (
    ("eyeWideLeft", "eyeBlinkLeft"),
    ("eyeWideRight", "eyeBlinkRight"),
    ("mouthSmileLeft", "mouthPucker"),
    ("mouthSmileRight", "mouthPucker"),
    ("mouthStretchLeft", "mouthPucker"),
    ("mouthStretchRight", "mouthPucker"),
    ("mouthFrownLeft", "mouthSmileLeft"),
    ("mouthFrownRight", "mouthSmileRight"),
)
_PLACES: Final = [(INDEX[yields], INDEX[wins]) for yields, wins in OPPOSITES]
_CLOSE, _OPEN = INDEX["mouthClose"], INDEX["jawOpen"]


def limit(motion: Motion, control: Control, dt_s: float) -> Motion:
    """Clip to the ranges, then let opposites share."""
    values, x = motion.values, motion.expression
    np.maximum(values, _LOW, out=values)
    np.minimum(values, _HIGH, out=values)
    for yields, wins in _PLACES:
        if x[yields] > 1.0 - x[wins]:
            x[yields] = 1.0 - x[wins]
    x[_CLOSE] = min(x[_CLOSE], x[_OPEN])  # mouthClose undoes jawOpen, and has nothing to undo beyond it
    return motion
