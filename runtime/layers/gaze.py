"""Gaze from the eyes' blendshapes, for drivers that know no gaze (ARKit phones, VMC clips).

Engines turn the eyeballs by the gaze layer alone; where a driver moves the eyeLook shapes and nobody owns the
gaze, this layer turns one into the other.
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

#: Radians that an eyeball turns at a coefficient of 1; up and down are the lids' own, in face/eyeballs.py.
SIDEWAYS_RAD: Final = 0.60

_OUT_LEFT, _IN_LEFT = INDEX["eyeLookOutLeft"], INDEX["eyeLookInLeft"]
_OUT_RIGHT, _IN_RIGHT = INDEX["eyeLookOutRight"], INDEX["eyeLookInRight"]
_UP_LEFT, _UP_RIGHT = INDEX["eyeLookUpLeft"], INDEX["eyeLookUpRight"]
_DOWN_LEFT, _DOWN_RIGHT = INDEX["eyeLookDownLeft"], INDEX["eyeLookDownRight"]
_GAZE: Final = list(CHANNEL_INDEX["gaze"].values())
_LOOKS: Final = [place for name, place in CHANNEL_INDEX["expression"].items() if name.startswith("eyeLook")]


class GazeFromEyes:
    """Fades between the gaze that was settled and the one the eyeLook shapes tell."""

    def __init__(self) -> None:
        self._share = 0.0

    def reset(self) -> None:
        """Forget who looked last."""
        self._share = 0.0

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Overwrite the gaze as far as only the eyeLook shapes are driven."""
        is_told = bool(control.is_driven[_LOOKS].any()) and not control.is_driven[_GAZE].any()
        step = dt_s / FADE_S
        self._share = min(self._share + step, 1.0) if is_told else max(self._share - step, 0.0)
        if self._share > 0.0:
            share = ease_in_out(self._share)
            x, gaze = motion.expression, motion.gaze
            left = x[_OUT_LEFT] - x[_IN_LEFT] + x[_IN_RIGHT] - x[_OUT_RIGHT]
            up = LOOK_UP_RAD * (x[_UP_LEFT] + x[_UP_RIGHT]) - LOOK_DOWN_RAD * (x[_DOWN_LEFT] + x[_DOWN_RIGHT])
            gaze[0] += share * (0.5 * SIDEWAYS_RAD * left - gaze[0])
            gaze[1] += share * (0.5 * up - gaze[1])
        return motion
