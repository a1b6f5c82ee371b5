from __future__ import annotations

import numpy as np
import pytest

from studio.worn.mesh import WornMesh, grids, joined, tube


def test_grids_cover_each_cell_with_two_triangles() -> None:
    rows, columns = 4, 5
    triangles = grids(2, rows, columns)
    assert len(triangles) == 2 * 2 * (rows - 1) * (columns - 1)
    y, x = np.divmod(np.arange(2 * rows * columns) % (rows * columns), columns)
    place = np.stack([x, y], 1).astype(float)
    a, b, c = (place[triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    area = 0.5 * (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    assert (area == 0.5).all()  # all of one orientation
    assert (triangles // (rows * columns) == (triangles // (rows * columns))[:, :1]).all()


def test_a_tube_lies_at_its_radius_around_its_path() -> None:
    path = np.stack([np.zeros(5), np.linspace(0, 4, 5), np.zeros(5)], 1)
    radius = np.array([1.0, 2.0, 3.0, 2.0, 0.5])
    mesh = tube(path, radius, sides=8, kind=3.0)
    around = mesh.position.reshape(5, 9, 3)
    assert np.hypot(around[..., 0], around[..., 2]) == pytest.approx(
        np.tile(radius[:, None], (1, 9)), abs=1e-5
    )
    assert np.allclose(around[:, 0], around[:, -1], atol=1e-5)  # the seam
    assert np.allclose((mesh.normal * mesh.tangent).sum(1), 0.0, atol=1e-5)
    assert (mesh.kind == 3.0).all()


def test_a_closed_tube_ends_where_it_begins() -> None:
    angle = np.linspace(0, 2 * np.pi, 25)[:-1]
    path = np.stack([3 * np.cos(angle), 3 * np.sin(angle), np.zeros(24)], 1)
    mesh = tube(path, np.full(24, 0.5), sides=6, closed=True)
    rings = mesh.position.reshape(25, 7, 3)
    assert np.allclose(rings[0], rings[-1], atol=1e-5)
    away = np.hypot(np.hypot(mesh.position[:, 0], mesh.position[:, 1]) - 3.0, mesh.position[:, 2])
    assert away == pytest.approx(np.full(len(away), 0.5), abs=0.02)


def test_a_flat_tube_is_scaled_along_one_axis_only() -> None:
    path = np.stack([np.zeros(3), np.linspace(0, 2, 3), np.zeros(3)], 1)
    mesh = tube(path, np.ones(3), sides=4, flatten=0.5)
    extent = np.ptp(mesh.position, axis=0)
    assert sorted((extent[0], extent[2])) == pytest.approx([1.0, 2.0], abs=1e-5)


def test_joined_meshes_keep_their_own_vertices() -> None:
    first = tube(np.array([(0.0, 0, 0), (0, 1, 0)]), np.ones(2), kind=1.0)
    second = tube(np.array([(5.0, 0, 0), (5, 1, 0)]), np.ones(2), kind=2.0)
    both = joined([first, second])
    corners = both.position[both.triangles]
    parts = np.concatenate([mesh.position[mesh.triangles] for mesh in (first, second)])
    assert np.allclose(corners, parts)
    assert both.triangles.dtype == np.int32


def test_packed_attributes_are_in_the_order_the_shaders_read() -> None:
    numbers = np.arange(2.0)[:, None]
    mesh = WornMesh(
        position=numbers + np.array([0, 10, 20]),
        normal=numbers + np.array([30, 40, 50]),
        tangent=numbers + np.array([60, 70, 80]),
        uv=numbers + np.array([0, 10]),
        kind=numbers[:, 0] + 20,
        sky=numbers[:, 0] + 30,
        triangles=np.zeros((0, 3), np.int32),
    )
    deformed, fixed = mesh.packed()
    assert np.array_equal(deformed, numbers + np.arange(0, 90, 10))
    assert np.array_equal(fixed, numbers + np.arange(0, 40, 10))
    assert deformed.dtype == fixed.dtype == np.float32
