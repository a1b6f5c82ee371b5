"""Quadric errors of a triangle mesh: squared distances of a point from the planes of a vertex's triangles.

    quadrics, areas = vertex_quadrics(places, triangles)              # (P, V, 10), (P, V)
    squared = (quadrics[:, a] * point_products(places[:, b])).sum(-1) # (P,) error of moving vertex a to vertex b

A plane is a unit normal and an offset (a, b, c, d); its quadric is the symmetric outer product of the four, of which the
upper half (10 numbers) is kept. Quadrics of several planes add up.

Source: Garland and Heckbert, Surface Simplification Using Quadric Error Metrics (1997), section 5.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.arrays import Doubles

_UPPER: Final = np.triu_indices(4)
#: How many times each product of the upper half occurs in the full matrix.
_TWICE: Final = np.where(_UPPER[0] == _UPPER[1], 1.0, 2.0)


def vertex_quadrics(places: Doubles, triangles: NDArray[np.int64]) -> tuple[Doubles, Doubles]:
    """Quadrics of the planes around every vertex, weighted by area, in several poses of one mesh.

    Args:
        places: (P, V, 3) float64 vertices in P poses.
        triangles: (T, 3) vertex indices.

    Returns:
        Quadrics (P, V, 10), and the sums of the weights (P, V): twice the area of each vertex's triangles.
    """
    from scipy.sparse import csr_matrix

    poses, count = places.shape[:2]
    quadrics, areas = np.zeros((poses, count, 10)), np.full((poses, count), 1e-12)
    touch = csr_matrix(
        (np.ones(triangles.size), (triangles.T.ravel(), np.tile(np.arange(len(triangles)), 3))),
        shape=(count, len(triangles)),
    )
    for pose in range(poses):
        corners = places[pose][triangles]
        normal = triangle_normals(corners)
        area = np.linalg.norm(normal, axis=1)
        normal /= np.maximum(area, 1e-12)[:, None]
        plane = np.concatenate([normal, -(normal * corners[:, 0]).sum(1, keepdims=True)], 1)
        quadrics[pose] = touch @ (_products(plane) * area[:, None])
        areas[pose] += touch @ area
    return quadrics, areas


def point_products(places: Doubles) -> Doubles:
    """Products (..., 10) of points (..., 3); their dot product with a quadric is the quadric's error at the point."""
    return _products(np.concatenate([places, np.ones((*places.shape[:-1], 1))], -1)) * _TWICE


def triangle_normals(corners: Doubles) -> Doubles:
    """Normals (T, 3) of triangles' corners (T, 3, 3), as long as twice the area."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _products(vectors: Doubles) -> Doubles:
    """The upper half (..., 10) of the outer products of vectors (..., 4) with themselves."""
    return np.asarray(vectors[..., _UPPER[0]] * vectors[..., _UPPER[1]])
