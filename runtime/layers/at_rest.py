"""AtRest: drivers' values, which are changes against rest, become the values that the avatar's engine draws.

What rests looks like the avatar's portrait, if the avatar says so; see `face.rest`. Drivers that send exact values, such
as scripts and the panel's sliders, are left as they are (`Control.change`), and emotions always are. Where the avatar
begins or ends to rest as its portrait, the face moves over within `REST_FADE_S`.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from face.limits import HeadLimits
from face.motion import Motion
from face.rest import PortraitRest
from protocol.channels import CHANNELS
from runtime.control.control import Control
from runtime.control.fade import LONGEST_STEP_S

#: How long it takes from one rest to the other: a portrait turned by 38 degrees stays below `fade.MAX_TURN_RAD_S`.
REST_FADE_S: Final = 0.5


class WornFace(Protocol):
    """What is worn now; `runtime.avatars.slot.AvatarSlot` is one."""

    at_rest: PortraitRest | None
    limits: HeadLimits | None


class AtRest:
    """The layer of whatever avatar is worn."""

    def __init__(self, worn: WornFace) -> None:
        self._worn = worn
        self._mapping: PortraitRest | None = None  # the one that is shown, also while it fades out
        self._shown: float | None = None  # how far, 0..1; None before the first frame, which fades nothing
        self._change = np.zeros(len(CHANNELS), np.float32)

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Map `motion` in place, where the avatar rests as its portrait."""
        at_rest = self._worn.at_rest
        if at_rest is not None:
            self._mapping = at_rest
        shown = self._advance(0.0 if at_rest is None else 1.0, dt_s)
        if self._mapping is None or shown == 0.0:
            return motion
        np.multiply(control.change, shown * shown * (3.0 - 2.0 * shown), out=self._change)
        self._mapping(motion.values, self._change)
        return motion

    def _advance(self, target: float, dt_s: float) -> float:
        """How far the portrait is the rest in this frame, 0..1, on a straight line to `target`."""
        if self._shown is None:
            self._shown = target
        step = min(dt_s, LONGEST_STEP_S) / REST_FADE_S
        self._shown = min(max(target, self._shown - step), self._shown + step)
        return self._shown
