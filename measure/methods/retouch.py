"""The `retouch` method: the same avatar as `head`'s, drawn by the runtime's retouch engine."""

from __future__ import annotations

from pathlib import Path

from measure.methods.head import EngineMethod


def open_method(size: int, face_landmarker: Path | None, model: Path | None = None) -> EngineMethod:
    """Called by `make_method`."""
    return EngineMethod("retouch", size, face_landmarker, model)
