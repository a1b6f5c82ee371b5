from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from protocol.blendshapes import INDEX
from studio.head.identity import identity_weights
from studio.head.resting import WIDE, resting_shapes
from studio.head.source import FaceSource


def bent(source: FaceSource, vertices: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Vertices with all shapes added in a loop."""
    out = vertices.copy()
    for k in np.flatnonzero(shapes):
        rows = slice(source.shape_rows[k], source.shape_rows[k + 1])
        out[source.shape_vertex[rows]] += shapes[k] * source.shape_delta[rows]
    return out


def test_the_correction_shuts_lips_and_opens_eyes(ict_source: FaceSource) -> None:
    modes = ict_source.identity.reshape(len(ict_source.identity), -1)
    parted = 0
    for number in range(24):
        vertices = ict_source.vertices + (identity_weights(number) @ modes).reshape(-1, 3)
        shapes = resting_shapes(vertices, ict_source.landmarks)
        before, after = (
            vertices[ict_source.landmarks],
            bent(ict_source, vertices, shapes)[ict_source.landmarks],
        )
        gaps = [p[[61, 62, 63], 1] - p[[67, 66, 65], 1] for p in (before, after)]
        parted += gaps[0].max() > 0.1
        assert gaps[1].max() < 0.06
        for corner, other, upper, lower in ((36, 39, 37, 41), (42, 45, 44, 46)):
            width = np.linalg.norm(after[corner] - after[other])
            assert (after[upper, 1] - after[lower, 1]) / width > 0.25
            assert after[upper, 1] >= before[upper, 1] - 1e-4
    assert parted > 5  # many would show their teeth


def test_only_shapes_of_lids_and_lips_are_used(ict_source: FaceSource) -> None:
    shapes = resting_shapes(ict_source.vertices, ict_source.landmarks)
    names = {name for name, k in INDEX.items() if shapes[k] != 0.0}
    assert names <= {
        "eyeWideLeft", "eyeWideRight", "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft",
        "mouthLowerDownRight",
    }  # fmt: skip
    assert (shapes[WIDE] >= 0.0).all()
