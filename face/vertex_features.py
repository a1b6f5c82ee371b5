"""VertexFeatures: what a network is told of each vertex of a face at rest: where it lies, and how it differs from the mean.

    features = VertexFeatures(load_head_model())
    features(rig.neutral[features.face])        # (F, FEATURES)

Place on the atlas and on the mean head, the offset from it, the direction of the skin, how the mean head is stretched and
turned there to become this one, and the strongest identity modes of the whole head.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.head_model import HeadModel
from face.normals import vertex_normals

Floats = NDArray[np.float32]

#: Frequencies of the atlas coordinates; identity modes.
_WAVES: Final = (1.0, 2.0, 4.0, 8.0, 14.0)
_MODES: Final = 24
FEATURES: Final = 4 * len(_WAVES) + 3 + 3 + 3 + 3 + 9 + _MODES


class VertexFeatures:
    """Of the vertices of the part "face" of a head model; keeps what depends on the mean head alone.

    Attributes:
        face: (F,) int64, the numbers of its vertices. triangles: (T, 3) int32 among them.
    """

    def __init__(self, model: HeadModel) -> None:
        self.face = np.unique(model.triangles["face"])
        place = np.zeros(len(model.vertices), np.int32)
        place[self.face] = np.arange(len(self.face))
        self.triangles = place[model.triangles["face"]]
        self._mean = model.vertices[self.face]
        uv = model.uv[self.face]
        waves = np.concatenate([uv * np.float32(np.pi * wave) for wave in _WAVES], 1)
        normal = vertex_normals(self._mean, self.triangles)
        self._fixed = np.concatenate([np.sin(waves), np.cos(waves), self._mean / 10.0, normal], 1)
        modes = model.identity[:_MODES, self.face].reshape(_MODES, -1)
        self._modes = np.linalg.solve(modes @ modes.T, modes).astype(np.float32)
        self._inverse = _inverse_frames(self._mean, self.triangles)

    def __call__(self, neutral: Floats) -> Floats:
        """Features of a head (F, 3) at rest: (F, FEATURES) float32."""
        triangles = self.triangles
        away = neutral - self._mean
        # how each triangle of the mean head is stretched and turned, and the mean of those around a vertex
        stretch = (_frames(neutral, triangles) @ self._inverse - np.eye(3)).reshape(-1, 9).astype(np.float32)
        around = np.zeros((len(neutral), 9), np.float32)
        count = np.zeros((len(neutral), 1), np.float32)
        for corner in range(3):
            np.add.at(around, triangles[:, corner], stretch)
            np.add.at(count, triangles[:, corner], 1.0)
        around /= np.maximum(count, 1.0)
        code = np.broadcast_to(self._modes @ away.reshape(-1), (len(neutral), _MODES))
        parts = (self._fixed, away, vertex_normals(neutral, triangles), 3.0 * around, 0.5 * code)
        return np.concatenate(parts, 1).astype(np.float32)


def _frames(vertices: Floats, triangles: NDArray[np.int32]) -> NDArray[np.float64]:
    """Two sides and the unit normal of each triangle, as columns: (T, 3, 3)."""
    a, b, c = (vertices[triangles[:, k]].astype(np.float64) for k in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return np.stack([b - a, c - a, normal], 2)


def _inverse_frames(vertices: Floats, triangles: NDArray[np.int32]) -> NDArray[np.float64]:
    frames = _frames(vertices, triangles)
    frames[np.abs(np.linalg.det(frames)) < 1e-9] = np.eye(3)
    return np.asarray(np.linalg.inv(frames), np.float64)
