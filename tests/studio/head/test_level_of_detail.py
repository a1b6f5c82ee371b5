from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("scipy")

from protocol.blendshapes import INDEX
from studio.head.level_of_detail import simplify_mesh
from studio.head.mesh import StudioMesh, build_mesh
from studio.head.source import read_face_source
from studio.surface import closest_point

FACE = ("face", "head_and_neck")


@pytest.fixture(scope="module")
def mesh(small_head: Path) -> StudioMesh:
    return build_mesh(read_face_source(small_head))


def with_shape(mesh: StudioMesh, name: str) -> NDArray[np.float32]:
    """The mean head's drawn vertices (N, 3) with one expression."""
    places = mesh.rest.copy()
    for vertex in range(len(places)):
        rows = mesh.rows[mesh.row_begin[vertex] : mesh.row_begin[vertex] + mesh.row_count[vertex]]
        places[vertex] += rows[rows[:, 3] == INDEX[name], :3].sum(0)
    return places


def gaps(
    places: NDArray[np.float32], dense: NDArray[np.int32], few: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Distances of the dense triangles' centres to the simplified surface."""
    middles = places[dense].mean(1)
    corners = places[few]
    which, weights = closest_point(middles, corners, candidates=min(60, len(corners)))
    return np.linalg.norm((corners[which] * weights[..., None]).sum(1) - middles, axis=1)


def turned(mesh: StudioMesh, triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    a, b, c = (mesh.rest[triangles[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def border(mesh: StudioMesh, triangles: NDArray[np.int32]) -> set[tuple[int, int]]:
    sides = np.sort(np.concatenate([triangles[:, (0, 1)], triangles[:, (1, 2)], triangles[:, (2, 0)]]), 1)
    unique, sharing = np.unique(sides, axis=0, return_counts=True)
    return {(int(a), int(b)) for a, b in unique[sharing == 1]}


def test_the_simplified_surface_is_near_and_keeps_border_and_orientation(mesh: StudioMesh) -> None:
    dense = np.concatenate([mesh.triangles[name] for name in FACE])
    few = simplify_mesh(mesh, dense, tolerance=0.05)
    assert len(few) < 0.8 * len(dense)
    assert border(mesh, few) == border(mesh, dense)
    assert set(np.unique(few)) <= set(np.unique(dense))
    assert gaps(mesh.rest, dense, few).max() < 0.25
    now, before = turned(mesh, few), turned(mesh, dense)
    assert np.linalg.norm(now, axis=1).sum() == pytest.approx(np.linalg.norm(before, axis=1).sum(), rel=0.03)
    which, _ = closest_point(mesh.rest[few].mean(1), mesh.rest[dense])
    assert (now * before[which]).sum(1).min() > -1e-6  # triangles at the poles have no side


def test_a_tiny_tolerance_removes_only_flat_triangles(mesh: StudioMesh) -> None:
    dense = mesh.triangles["face"]
    few = simplify_mesh(mesh, dense, tolerance=1e-6)
    assert gaps(mesh.rest, dense, few).max() < 1e-3


def test_a_real_face_keeps_its_shape_in_every_expression(ict_mesh: StudioMesh) -> None:
    dense = np.concatenate([ict_mesh.triangles[name] for name in FACE])
    few = simplify_mesh(ict_mesh, dense, tolerance=0.04)
    assert len(few) < 0.35 * len(dense)
    assert np.isin(ict_mesh.landmarks[17:], few).all()
    for name in ("jawOpen", "eyeBlinkLeft", "mouthPucker", "mouthRollLower"):
        apart = gaps(with_shape(ict_mesh, name), dense, few)
        assert np.sqrt((apart**2).mean()) < 0.04
        assert apart.max() < 0.3
