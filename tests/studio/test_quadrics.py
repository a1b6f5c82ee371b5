from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.quadrics import point_products, triangle_normals, vertex_quadrics


def test_an_error_is_the_area_weighted_squared_distance_from_the_planes() -> None:
    random = np.random.default_rng(3)
    places = random.normal(size=(2, 7, 3))
    triangles = np.array([(0, 1, 2), (2, 1, 3), (0, 4, 5), (6, 5, 0)])
    quadrics, areas = vertex_quadrics(places, triangles)
    point = random.normal(size=(2, 3))
    errors = np.einsum("pvk,pk->pv", quadrics, point_products(point))
    for pose in range(2):
        for vertex in range(7):
            error = area_sum = 0.0
            for triangle in triangles[(triangles == vertex).any(1)]:
                a, b, c = places[pose][triangle]
                normal = np.cross(b - a, c - a)
                area = np.linalg.norm(normal)
                error += area * float(normal / area @ (point[pose] - a)) ** 2
                area_sum += area
            assert errors[pose, vertex] == pytest.approx(error, abs=1e-9)
            assert areas[pose, vertex] == pytest.approx(area_sum, abs=1e-9)


def test_triangle_normals_are_as_long_as_twice_the_area() -> None:
    corners = np.array([[(0.0, 0.0, 5.0), (3.0, 0.0, 5.0), (0.0, 4.0, 5.0)]])
    assert triangle_normals(corners).tolist() == [[0.0, 0.0, 12.0]]
