"""The `diffusion` method: the avatar of `head`, drawn by the runtime's diffusion engine, which waits for each frame."""

from __future__ import annotations

from pathlib import Path

from measure.methods.head import EngineMethod


def open_method(size: int, face_landmarker: Path | None, model: Path | None = None) -> EngineMethod:
    """Called by `make_method`."""
    return EngineMethod("diffusion", size, face_landmarker, model)
