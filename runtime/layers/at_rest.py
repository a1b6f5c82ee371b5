"""AtRest: drivers' values, which are changes against rest, become the values that the avatar's engine draws.

What rests looks like the avatar's portrait, if the avatar says so; see `face.rest`. Drivers that send exact values, such
as scripts and the panel's sliders, are left as they are (`Control.change`), and emotions always are.
"""

from __future__ import annotations

from typing import Protocol

from face.limits import HeadLimits
from face.motion import Motion
from face.rest import PortraitRest
from runtime.control.control import Control


class WornFace(Protocol):
    """What is worn now; `runtime.avatars.slot.AvatarSlot` is one."""

    at_rest: PortraitRest | None
    limits: HeadLimits | None


class AtRest:
    """The layer of whatever avatar is worn."""

    def __init__(self, worn: WornFace) -> None:
        self._worn = worn

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Map `motion` in place, where the avatar rests as its portrait."""
        at_rest = self._worn.at_rest
        if at_rest is not None:
            at_rest(motion.values, control.change)
        return motion
