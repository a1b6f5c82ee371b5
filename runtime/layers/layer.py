"""Layer: the contract of one step of the composition, from the drivers to the final Motion."""

from __future__ import annotations

from typing import Protocol

from face.motion import Motion
from runtime.control.control import Control


class Layer(Protocol):
    """A function, or a small class where the step has state.

    It changes `motion` in place and returns it. It never waits and never reads a clock. The loop's thread calls it once
    a frame.
    """

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Apply the step; `dt_s` is the time since the last call in seconds, 0 at the first."""
        ...
