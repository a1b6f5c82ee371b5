"""A dense head for tests without ICT-FaceKit: the head model itself, and heads of it with living skin."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from face.head_model import load_head_model
from studio.head.source import FaceSource
from training.personal.heads import SkinHeads, load_heads


def head_source() -> FaceSource:
    """The head model as the studio's source; only what heads need is there."""
    model = load_head_model()
    identity = np.zeros((100, *model.vertices.shape), np.float32)
    identity[: len(model.identity)] = model.identity
    nothing = np.zeros(0, np.int32)
    return FaceSource(
        vertices=model.vertices, identity=identity, triangles=nothing, uv_triangles=nothing, part=nothing,
        vertex_part=nothing, uv=model.uv, shape_rows=nothing, shape_vertex=nothing,
        shape_delta=np.zeros((0, 3), np.float32), landmarks=nothing,
    )  # fmt: skip


def made_heads(path: Path, count: int, first: int = 0) -> SkinHeads:
    """Heads of the identities from `first` on."""
    return load_heads(path, load_head_model(), head_source(), range(first, first + count))
