"""EaseIntoLimits: the head's pose and the camera stay where the worn avatar looks right; see `face.limits`."""

from __future__ import annotations

from face.motion import Motion
from runtime.control.control import Control
from runtime.layers.at_rest import WornFace


class EaseIntoLimits:
    """The layer of whatever avatar is worn."""

    def __init__(self, worn: WornFace) -> None:
        self._worn = worn

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Bend `motion` into the avatar's limits, in place."""
        limits = self._worn.limits
        if limits is not None:
            limits.ease(motion)
        return motion
