"""The step that blends the drivers of pose, expression, gaze, emotion and view over the idle movement.

All five share one buffer and the same rules, so `Control` settles them together.
"""

from __future__ import annotations

from face.motion import Motion
from runtime.control.control import Control


def settle_drivers(motion: Motion, control: Control, dt_s: float) -> Motion:
    """Blend the drivers over `motion`, in place; see `Control.settle`."""
    control.settle(motion.values, dt_s)
    return motion
