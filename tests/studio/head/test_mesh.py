from __future__ import annotations

from pathlib import Path

from face.normals import vertex_normals
from studio.head.mesh import NormalSums
from studio.head.source import read_face_source


def test_the_sparse_normals_equal_the_slow_reference_bit_for_bit(small_head: Path) -> None:
    source = read_face_source(small_head)
    normals_of = NormalSums(source.triangles, len(source.vertices))
    for vertices in (source.vertices, source.vertices + source.identity[0]):
        assert (normals_of(vertices) == vertex_normals(vertices, source.triangles)).all()
