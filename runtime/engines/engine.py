"""RendererEngine: the contract of everything that turns a Motion into pixels."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.motion import Motion


class RendererEngine(Protocol):
    """Motion in, pixels out. Expensive once, cheap often.

    Threads: every call comes from the thread that made the engine (OpenGL contexts are bound to it).
    Ownership: the array `render` returns belongs to the engine and is overwritten by the next `render`.
    Errors: `set_avatar` and `render` raise `runtime.errors.RenderError`.
    """

    name: str
    provider: str  # what computes, for the status, e.g. "llvmpipe (LLVM 15.0.6, 256 bits)"

    def set_avatar(self, avatar: Avatar) -> None:
        """Load everything that is fixed for an avatar."""
        ...

    def render(self, motion: Motion) -> NDArray[np.uint8]:
        """Draw one frame: (size, size, 4) uint8 RGBA, straight alpha, sRGB, top row first."""
        ...

    def close(self) -> None:
        """Give back the context and its memory; may be called twice."""
        ...
