"""HeadSpace: the room around the mean head, and how it bends from one identity to another.

Whatever is worn is made once for the mean head; a lattice of how much each place around it moves takes it to others.

    space = HeadSpace(source)
    distance, outward = space.distance(points)      # signed, to the skin
    lattice = space.lattice(moved)                  # (Z, Y, X, 3) for a texture
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from training.studio.mesh import vertex_normals
from training.studio.noise import Floats, Reals
from training.studio.source import FaceSource

#: The room: lowest corner, highest corner, head space.
LOW: Final = np.array([-18.0, -34.0, -18.0], np.float32)
HIGH: Final = np.array([18.0, 22.0, 18.0], np.float32)
_FINE: Final = (37, 57, 37)
_COARSE: Final = (23, 35, 23)


class HeadSpace:
    """Computed once for a source."""

    def __init__(self, source: FaceSource) -> None:
        triangles = source.of_part("face", "head_and_neck")
        self.skin_triangles = triangles
        used = np.unique(triangles)
        vertices = source.vertices
        normals = vertex_normals(vertices, triangles)
        self.vertices, self.normals = vertices, normals
        tree = cKDTree(vertices[used])
        cells = _cells(_FINE)
        _, near = tree.query(cells, k=3)
        near = used[near]
        away = cells[:, None] - vertices[near]
        # along the normal beside the surface, as the crow flies further out
        along = np.einsum("nki,nki->nk", away, normals[near]).mean(1)
        crow = np.linalg.norm(away, axis=2).min(1)
        self._distance = np.where(crow < 1.0, along, np.sign(along) * crow).astype(np.float32).reshape(_FINE)
        gradient = np.stack(np.gradient(self._distance), -1)
        self._outward = gradient / np.maximum(np.linalg.norm(gradient, axis=-1, keepdims=True), 1e-6)
        coarse = _cells(_COARSE)
        far, near = tree.query(coarse, k=10)
        weight = np.exp(-((far / (far[:, :1] + 1.2)) ** 2))
        weight /= weight.sum(1, keepdims=True)
        rows = np.repeat(np.arange(len(coarse)), 10)
        shape = (len(coarse), len(vertices))
        self._spread = csr_matrix(
            (weight.ravel().astype(np.float32), (rows, used[near].ravel())), shape=shape
        )

    def distance(self, points: Reals) -> tuple[Floats, Floats]:
        """Distance (N,) of points (N, 3) from the mean head's skin, negative inside, and the way out (N, 3)."""
        place = (points - LOW) / (HIGH - LOW) * (np.array(_FINE) - 1)
        place = np.clip(place, 0, np.array(_FINE) - 1.001)
        low = place.astype(np.int32)
        part = (place - low).astype(np.float32)
        distance, outward = np.zeros(len(points), np.float32), np.zeros((len(points), 3), np.float32)
        for corner in range(8):
            step = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
            at = tuple((low + step).T)
            weight = np.where(step, part, 1 - part).prod(1)
            distance += weight * self._distance[at]
            outward += weight[:, None] * self._outward[at]
        outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
        return distance, outward

    def lattice(self, moved: Floats) -> Floats:
        """How the room moves (Z, Y, X, 3) when the source's vertices do by (V, 3)."""
        spread = np.asarray(self._spread @ moved, np.float32).reshape(*_COARSE, 3)
        return np.ascontiguousarray(spread.transpose(2, 1, 0, 3))


def _cells(shape: tuple[int, int, int]) -> Floats:
    axes = [np.linspace(LOW[k], HIGH[k], shape[k], dtype=np.float32) for k in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
