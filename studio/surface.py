"""Triangle meshes: closest points, pieces that hang together, normals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree


def closest_point(
    points: NDArray[np.float32], corners: NDArray[np.float32], candidates: int = 24
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Nearest triangle (N,) and barycentric coordinates (N, 3) of points (N, 3) on triangles (T, 3, 3).

    Looks at the `candidates` triangles whose centres are nearest; coordinates outside are clamped.
    """
    _, near = cKDTree(corners.mean(1)).query(points, k=candidates)
    a, b, c = (corners[near][:, :, k] for k in range(3))
    ab, ac, ap = b - a, c - a, points[:, None] - a
    d00, d01, d11 = (ab * ab).sum(-1), (ab * ac).sum(-1), (ac * ac).sum(-1)
    d20, d21 = (ap * ab).sum(-1), (ap * ac).sum(-1)
    determinant = np.maximum(d00 * d11 - d01 * d01, 1e-9)
    v, w = (d11 * d20 - d01 * d21) / determinant, (d00 * d21 - d01 * d20) / determinant
    weights = np.clip(np.stack([1 - v - w, v, w], -1), 0, 1)
    weights /= weights.sum(-1, keepdims=True)
    gap = np.linalg.norm((corners[near] * weights[..., None]).sum(2) - points[:, None], axis=-1)
    rows = np.arange(len(points))
    best = gap.argmin(1)
    return near[rows, best], weights[rows, best].astype(np.float32)


def components(triangles: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Number (count,) of the piece that each of `count` vertices belongs to."""
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)
