"""Vertex normals of a triangle mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def vertex_normals(vertices: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    """Unit normals of the vertices, each the sum of its triangles' normals weighted by area.

    Args:
        vertices: (V, 3) float32, any unit.
        triangles: (T, 3) vertex indices, counter-clockwise seen from outside.

    Returns:
        (V, 3) float32, outwards; zero where a vertex has no triangle.
    """
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    # triangle by triangle: the order in which studio.head.mesh.NormalSums adds, so that both agree bit for bit
    np.add.at(normals, triangles.ravel(), np.repeat(faces, 3, axis=0))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(normals / np.maximum(length, 1e-12), np.float32)
