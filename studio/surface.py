"""Triangle meshes: closest points and connected components."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def closest_point(
    points: NDArray[np.float32], corners: NDArray[np.float32], candidates: int = 24
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The closest triangles of points, approximately.

    Only the triangles with the nearest centres are tried. Where a point projects outside of a triangle, its barycentric
    coordinates are clamped.

    Args:
        points: (N, 3) float32. corners: (T, 3, 3) float32, the corners of each triangle.
        candidates: number of triangles to try for each point, at most T.

    Returns:
        Index of the triangle (N,) int64, and barycentric coordinates (N, 3) float32.
    """
    from scipy.spatial import cKDTree

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
    """The connected component of each vertex.

    Args:
        triangles: (T, 3) int32 vertex indices. count: number of vertices.

    Returns:
        (count,) int32, number of the component.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)
