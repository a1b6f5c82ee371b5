from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull

from face.normals import vertex_normals


def test_a_spheres_normals_point_away_from_its_middle() -> None:
    points = np.random.default_rng(0).normal(size=(400, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    hull = ConvexHull(points)
    triangles = hull.simplices.copy()
    inwards = np.linalg.det(points[triangles]) < 0
    triangles[inwards] = triangles[inwards][:, ::-1]
    normals = vertex_normals((points * 3 + 5).astype(np.float32), triangles.astype(np.int32))
    assert (normals * points).sum(1).min() > 0.95


def test_a_vertex_without_triangles_gets_no_number_that_is_none() -> None:
    vertices = np.eye(4, 3, dtype=np.float32)
    normals = vertex_normals(vertices, np.array([[0, 1, 2]], np.int32))
    assert np.isfinite(normals).all()
    assert not normals[3].any()
