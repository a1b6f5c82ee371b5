"""Motion: the composed state of the face that an engine draws.

motion = Motion.neutral()
motion.expression[INDEX["jawOpen"]] = 0.6
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.channels import CHANNELS, LAYER_SLICE

NEUTRAL: NDArray[np.float32] = np.array([c.neutral for c in CHANNELS], np.float32)
NEUTRAL.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """The composed state of the face at one instant.

    One flat buffer in the order of `protocol.channels.CHANNELS`; the layers are views into it. The
    buffer is reused from frame to frame: an engine that keeps a Motion copies it.

    Attributes:
        values: (CHANNELS,) float32.
        pose: (7,) yaw, pitch, roll in radians; x, y, z in portrait heights; scale.
        expression: (52,) ARKit coefficients 0..1, final: emotion is already in it.
        gaze: (2,) yaw, pitch in radians, relative to the head.
        emotion: (10,) the eight emotions 0..1, valence, arousal; for engines that draw emotion themselves.
        view: (3,) azimuth, elevation in radians; distance, 1 = as in the portrait.
    """

    values: NDArray[np.float32]
    pose: NDArray[np.float32]
    expression: NDArray[np.float32]
    gaze: NDArray[np.float32]
    emotion: NDArray[np.float32]
    view: NDArray[np.float32]

    @classmethod
    def neutral(cls) -> Motion:
        """A fresh Motion with every channel at its neutral value."""
        values = NEUTRAL.copy()
        return cls(values, **{layer: values[where] for layer, where in LAYER_SLICE.items()})

    def set_from(self, other: Motion) -> None:
        """Copy another Motion's values into this buffer."""
        self.values[:] = other.values
