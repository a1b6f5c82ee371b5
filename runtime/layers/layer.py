"""Layer: the contract of the steps between the drivers and the Motion."""

from __future__ import annotations

from typing import Protocol

from face.motion import Motion
from runtime.control.control import Control


class Layer(Protocol):
    """One step of the composition; a function, or a small class where it remembers something.

    Works on `motion` in place and returns it, never waits, never reads a clock. Called by the loop's thread
    once a frame, `dt_s` seconds after the last call (0 at the first).
    """

    def __call__(self, motion: Motion, control: Control, dt_s: float) -> Motion:
        """Take the motion one step further."""
        ...
