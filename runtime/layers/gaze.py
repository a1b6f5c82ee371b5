"""GazeFromEyes: converts eyeLook blendshapes to a gaze, for drivers that send no gaze (ARKit phones, VMC clips).

Engines turn the eyeballs by the gaze layer alone. Where a driver moves the eyeLook shapes and no driver owns the gaze,
this layer computes the gaze from the shapes.
"""

from __future__ import annotations

from typing import Final

from face.easing import ease_in_out
from face.eyeballs import LOOK_DOWN_RAD, LOOK_UP_RAD
from face.motion import Motion
from protocol.blendshapes import INDEX
from protocol.channels import CHANNEL_INDEX
from runtime.control.control import Control
from runtime.control.fade import FADE_S

#: Yaw of an eyeball in radians at a coefficient of 1. The constants for the pitch are in face/eyeballs.py.
SIDEWAYS_RAD: Final = 0.60

_OUT_LEFT, _IN_LEFT = INDEX["eyeLookOutLeft"], INDEX["eyeLookInLeft"]
_OUT_RIGHT, _IN_RIGHT = INDEX["eyeLookOutRight"], INDEX["eyeLookInRight"]
_UP_LEFT, _UP_RIGHT = INDEX["eyeLookUpLeft"], INDEX["eyeLookUpRight"]
_DOWN_LEFT, _DOWN_RIGHT = INDEX["eyeLookDownLeft"], INDEX["eyeLookDownRight"]
_GAZE: Final = list(CHANNEL_INDEX["gaze"].values())
_LOOKS: Final = [place for name, place in CHANNEL_INDEX["expression"].items() if name.startswith("eyeLook")]


class GazeFromEyes:
    """Fades between the gaze of the control and the gaze of the eyeLook shapes."""

    def __init__(self) -> None:
        self._share = 0.0

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Overwrite `motion.gaze` while eyeLook shapes are driven and the gaze is not."""
        is_needed = bool(control.is_driven[_LOOKS].any()) and not control.is_driven[_GAZE].any()
        step = dt_s / FADE_S
        self._share = min(self._share + step, 1.0) if is_needed else max(self._share - step, 0.0)
        if self._share > 0.0:
            share = ease_in_out(self._share)
            x, gaze = motion.expression, motion.gaze
            left = x[_OUT_LEFT] - x[_IN_LEFT] + x[_IN_RIGHT] - x[_OUT_RIGHT]
            up = LOOK_UP_RAD * (x[_UP_LEFT] + x[_UP_RIGHT]) - LOOK_DOWN_RAD * (x[_DOWN_LEFT] + x[_DOWN_RIGHT])
            gaze[0] += share * (0.5 * SIDEWAYS_RAD * left - gaze[0])
            gaze[1] += share * (0.5 * up - gaze[1])
        return motion
