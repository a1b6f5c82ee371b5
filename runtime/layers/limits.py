"""Limits: clips every channel to its range, and limits pairs of shapes that exclude each other.

Drivers and emotions are summed independently, so opposite shapes can both be high. Of each pair one has precedence, and
the other is limited to the rest: a lid that closes always closes fully, and lips that round for speech stay round.
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

#: (limited shape, shape with precedence): the first is limited to 1 - the second, in this order. Pairs whose sum is
#: below 1, such as a tracked smile with a slight pucker, are unchanged.
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
_PLACES: Final = [(INDEX[limited], INDEX[first]) for limited, first in OPPOSITES]
_CLOSE, _OPEN = INDEX["mouthClose"], INDEX["jawOpen"]


def limit(motion: Motion, control: Control, dt_s: float) -> Motion:
    """Clip `motion` to the ranges, then limit the pairs of OPPOSITES, in place."""
    values, x = motion.values, motion.expression
    np.maximum(values, _LOW, out=values)
    np.minimum(values, _HIGH, out=values)
    for limited, first in _PLACES:
        if x[limited] > 1.0 - x[first]:
            x[limited] = 1.0 - x[first]
    x[_CLOSE] = min(x[_CLOSE], x[_OPEN])  # mouthClose compensates jawOpen, so it cannot exceed it
    return motion
