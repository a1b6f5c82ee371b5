from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")

from protocol.blendshapes import INDEX
from studio.head.source import PART, read_face_source
from training.dense_head import LABEL, PARTS, read_dense_head


def test_every_part_has_triangles_and_the_left_eye_is_at_positive_x(small_head: Path) -> None:
    head = read_dense_head(small_head)
    count = np.bincount(head.labels, minlength=len(PARTS))
    assert count.sum() == len(head.triangles) == len(head.uv_triangles)
    for name in ("face", "scalp", "shoulders", "eye_socket", "eyeball_left", "eyeball_right", "tongue"):
        assert count[LABEL[name]] > 0, name
    assert head.vertices[head.of_part("eyeball_left"), 0].min() > 0
    assert head.vertices[head.of_part("eyeball_right"), 0].max() < 0


def test_lashes_and_fluid_are_left_out(small_head: Path) -> None:
    source = read_face_source(small_head)
    left_out = np.isin(
        source.part, [PART[n] for n in ("eyelashes", "lacrimal_fluid", "eye_blend", "eye_occlusion")]
    )
    assert len(read_dense_head(small_head).triangles) == (~left_out).sum()


def test_dense_shapes_move_the_vertices_of_the_sparse_rows(small_head: Path) -> None:
    source, head = read_face_source(small_head), read_dense_head(small_head)
    for name in ("jawOpen", "browInnerUp", "tongueOut"):
        k = INDEX[name]
        rows = slice(source.shape_rows[k], source.shape_rows[k + 1])
        expected = np.zeros_like(source.vertices)
        for vertex, delta in zip(source.shape_vertex[rows], source.shape_delta[rows], strict=True):
            expected[vertex] += delta
        np.testing.assert_array_equal(head.expression[k], expected)


def test_a_mirrored_vertex_lies_at_the_mirrored_place(small_head: Path) -> None:
    head = read_dense_head(small_head)
    eyes = np.unique(np.concatenate([head.of_part("eyeball_left"), head.of_part("eyeball_right")]))
    mirrored = head.vertices[eyes] * (-1, 1, 1)
    np.testing.assert_allclose(head.vertices[head.mirror[eyes]], mirrored, atol=1e-5)


def test_icts_face_is_the_front_chart_only(ict_head: Path) -> None:
    head = read_dense_head(ict_head)
    ears = head.vertices[np.unique(head.of_part("ears_and_neck"))]
    face = head.vertices[np.unique(head.of_part("face"))]
    assert np.abs(face[:, 0]).max() < np.abs(ears[:, 0]).max()
    upper, lower = (
        head.vertices[np.unique(head.of_part(f"teeth_{jaw}"))][:, 1].mean() for jaw in ("upper", "lower")
    )
    assert upper > lower
    assert len(head.of_part("tongue")) > 100
