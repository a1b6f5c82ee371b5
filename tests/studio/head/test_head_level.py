from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")

from studio.detail import DETAILS
from studio.head.head_level import GROUPS, HeadLevel, build_head_level
from studio.head.mediapipe_landmarks import place_mediapipe_landmarks
from studio.head.mesh import StudioMesh, build_mesh
from studio.head.source import FaceSource, read_face_source


@pytest.fixture(scope="module")
def source(small_head: Path) -> FaceSource:
    return read_face_source(small_head)


@pytest.fixture(scope="module")
def mesh(source: FaceSource) -> StudioMesh:
    return build_mesh(source)


@pytest.fixture(scope="module")
def levels(source: FaceSource, mesh: StudioMesh) -> list[HeadLevel]:
    landmarks, sky = place_mediapipe_landmarks(source, mesh), np.arange(len(mesh.rest), dtype=np.float32)
    return [build_head_level(mesh, landmarks, sky, detail) for detail in DETAILS]


def test_coarser_levels_have_fewer_triangles(levels: list[HeadLevel], mesh: StudioMesh) -> None:
    skin = [len(level.groups["skin"]) for level in levels]
    assert skin[0] < skin[1] < skin[2]
    assert skin[2] == sum(len(mesh.triangles[name]) for name in GROUPS["skin"])


def test_vertices_keep_what_belongs_to_them(levels: list[HeadLevel], mesh: StudioMesh) -> None:
    """sky numbers the vertices of the full mesh, so each kept one can be compared with its original."""
    for level in levels:
        kept = level.sky.astype(int)
        assert (level.mesh.rest == mesh.rest[kept]).all()
        assert (level.mesh.uv == mesh.uv[kept]).all()
        for new, old in list(enumerate(kept))[::97]:
            ours = slice(level.mesh.row_begin[new], level.mesh.row_begin[new] + level.mesh.row_count[new])
            theirs = slice(mesh.row_begin[old], mesh.row_begin[old] + mesh.row_count[old])
            assert (level.mesh.rows[ours] == mesh.rows[theirs]).all()


def test_landmarks_stay_where_they_were(
    levels: list[HeadLevel], mesh: StudioMesh, source: FaceSource
) -> None:
    mediapipe = place_mediapipe_landmarks(source, mesh).of(mesh.rest)
    for level in levels:
        assert (level.mesh.rest[level.mesh.landmarks] == source.vertices[source.landmarks]).all()
        np.testing.assert_allclose(level.mediapipe.of(level.mesh.rest), mediapipe, atol=1e-5)


def test_shadows_are_cast_by_skin_above_the_clothes(levels: list[HeadLevel]) -> None:
    for level in levels:
        heights = level.mesh.rest[level.shadow_casters, 1].mean(1)
        assert len(heights) > 100
        assert heights.min() > -10.0


def test_eye_middles_are_the_centres_of_the_eyeballs(levels: list[HeadLevel]) -> None:
    np.testing.assert_allclose(levels[0].eye_middles, [(3.0, 3.5, 8.6), (-3.0, 3.5, 8.6)], atol=1e-4)
