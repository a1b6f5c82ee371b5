from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull

from face.normals import vertex_normals


def test_normals_of_a_tetrahedron_agree_with_a_slow_reference() -> None:
    vertices = np.array([(0, 0, 0), (2, 0, 0), (0, 1, 0), (0, 0, 3)], np.float32)
    triangles = np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)], np.int32)
    slow = np.zeros((4, 3))
    for triangle in triangles:
        a, b, c = vertices[triangle]
        slow[triangle] += np.cross(b - a, c - a)
    slow /= np.linalg.norm(slow, axis=1, keepdims=True)
    np.testing.assert_allclose(vertex_normals(vertices, triangles), slow, atol=1e-6)
    assert ((vertices - vertices.mean(0)) * slow).sum(1).min() > 0


def test_a_spheres_normals_point_away_from_its_middle() -> None:
    points = np.random.default_rng(0).normal(size=(400, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    hull = ConvexHull(points)
    triangles = hull.simplices.copy()
    inwards = np.linalg.det(points[triangles]) < 0
    triangles[inwards] = triangles[inwards][:, ::-1]
    normals = vertex_normals((points * 3 + 5).astype(np.float32), triangles.astype(np.int32))
    assert (normals * points).sum(1).min() > 0.95


def test_a_vertex_without_triangles_has_the_normal_zero() -> None:
    vertices = np.eye(4, 3, dtype=np.float32)
    normals = vertex_normals(vertices, np.array([[0, 1, 2]], np.int32))
    assert np.isfinite(normals).all()
    assert not normals[3].any()
