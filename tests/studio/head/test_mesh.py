from __future__ import annotations

import numpy as np

from studio.head.mesh import vertex_normals


def test_normals_of_a_tetrahedron_point_out_as_the_slow_way_says() -> None:
    vertices = np.array([(0, 0, 0), (2, 0, 0), (0, 1, 0), (0, 0, 3)], np.float32)
    triangles = np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)], np.int32)
    slow = np.zeros((4, 3))
    for triangle in triangles:
        a, b, c = vertices[triangle]
        slow[triangle] += np.cross(b - a, c - a)
    slow /= np.linalg.norm(slow, axis=1, keepdims=True)
    np.testing.assert_allclose(vertex_normals(vertices, triangles), slow, atol=1e-6)
    assert ((vertices - vertices.mean(0)) * slow).sum(1).min() > 0
