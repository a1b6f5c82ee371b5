"""The drivers: pose, expression, gaze, emotion and view as they ask for it, over what lies beneath.

The five layers share one buffer and the same rules, so they are settled in one go.
"""

from __future__ import annotations

from face.motion import Motion
from runtime.control.control import Control


def settle_drivers(motion: Motion, control: Control, dt_s: float) -> Motion:
    """Idle life in, what the drivers make of it out; see `Control.settle`."""
    control.settle(motion.values, dt_s)
    return motion
