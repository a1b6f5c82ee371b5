from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.head.head_space import HIGH, LOW, HeadSpace
from studio.head.source import FaceSource, read_face_source


@pytest.fixture(scope="module")
def source(small_head: Path) -> FaceSource:
    return read_face_source(small_head)


@pytest.fixture(scope="module")
def space(source: FaceSource) -> HeadSpace:
    return HeadSpace(source)


def test_distance_is_the_distance_along_the_normal(space: HeadSpace) -> None:
    """Points beside the vertices in front, where the ellipsoids of face and neck do not intersect."""
    front = np.flatnonzero((space.normals[:, 2] > 0.7) & (space.vertices[:, 2] > 6.0))
    assert len(front) > 50
    for away in (-0.4, 0.5, 2.0, 4.0):
        points = space.vertices[front] + away * space.normals[front]
        distance, outward = space.distance(points)
        np.testing.assert_allclose(np.median(distance), away, atol=0.15)
        assert np.abs(distance - away).max() < 0.6
        np.testing.assert_allclose(np.linalg.norm(outward, axis=1), 1.0, atol=1e-4)
        assert np.median((outward * space.normals[front]).sum(1)) > 0.97


def test_points_outside_of_the_space_are_clamped_to_it(space: HeadSpace) -> None:
    far, corner = space.distance(np.array([[900.0, 900.0, 900.0]])), space.distance(HIGH[None] - 1e-2)
    assert far[0] == pytest.approx(corner[0], abs=0.1)


def test_a_translation_of_the_head_translates_the_lattice(space: HeadSpace, source: FaceSource) -> None:
    delta = np.broadcast_to(np.array([0.5, -1.0, 2.0], np.float32), source.vertices.shape)
    lattice = space.lattice(delta)
    assert lattice.ndim == 4
    assert lattice.shape[3] == 3
    np.testing.assert_allclose(
        lattice.reshape(-1, 3), np.broadcast_to(delta[0], (lattice[..., 0].size, 3)), atol=1e-4
    )


def test_the_lattice_follows_the_nearest_skin(space: HeadSpace, source: FaceSource) -> None:
    """A wider head moves the space beside it outwards; the axes of the lattice are (z, y, x)."""
    delta = np.zeros_like(source.vertices)
    delta[:, 0] = 0.1 * source.vertices[:, 0]
    lattice = space.lattice(delta)
    z, y, x = lattice.shape[:3]
    row = int((2.0 - LOW[1]) / (HIGH[1] - LOW[1]) * (y - 1))
    middle = int((0.0 - LOW[2]) / (HIGH[2] - LOW[2]) * (z - 1))
    assert lattice[middle, row, -1, 0] > 0.4
    assert lattice[middle, row, 0, 0] < -0.4
    assert abs(lattice[middle, row, x // 2, 0]) < 0.2
