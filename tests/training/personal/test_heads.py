from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face.head_model import load_head_model
from face.vertex_features import VertexFeatures
from protocol.blendshapes import INDEX
from studio.head.identity import identity_weights
from studio.look import look_of
from tests.training.personal.skin_source import head_source, made_heads
from training.errors import TrainingError
from training.personal.heads import SkinHeads, dense_vertices


def test_a_head_is_the_studios_identity_on_the_head_models_vertices(skin_heads: SkinHeads) -> None:
    source, face = head_source(), VertexFeatures(load_head_model()).face
    expected = source.vertices + np.tensordot(identity_weights(1), source.identity, 1)
    np.testing.assert_allclose(skin_heads.neutral[1], expected[face], atol=0.01)  # 16 bits
    assert float(skin_heads.ages[1]) == pytest.approx(look_of(1, "real").age, abs=1e-3)


def test_some_vertices_of_a_head_move_as_in_the_whole(skin_heads: SkinHeads) -> None:
    expressions = np.random.default_rng(0).random((2, 52)).astype(np.float32)
    some = np.array([5, 900, 41])
    whole = skin_heads.skin(2).offsets(expressions, age=0.7)
    np.testing.assert_allclose(
        skin_heads.skin_at(2, some).offsets(expressions, age=0.7), whole[:, some], atol=1e-5
    )


def test_heads_differ_in_how_their_skin_moves(skin_heads: SkinHeads) -> None:
    jaw = np.zeros((1, 52), np.float32)
    jaw[0, INDEX["jawOpen"]] = 0.7
    one, other = (skin_heads.offsets(head, jaw) for head in (0, 1))
    assert np.linalg.norm(one - other, axis=2).max() > 0.03


def test_heads_are_kept_and_made_again_for_others(tmp_path: Path) -> None:
    path = tmp_path / "run" / "heads.npz"
    first = made_heads(path, 1)
    written = path.stat().st_mtime_ns
    np.testing.assert_array_equal(made_heads(path, 1).residual, first.residual)
    assert path.stat().st_mtime_ns == written
    path.write_bytes(path.read_bytes()[:1000])
    np.testing.assert_array_equal(made_heads(path, 1).residual, first.residual)
    assert made_heads(path, 1, first=4).neutral.shape == first.neutral.shape
    assert np.abs(made_heads(path, 1, first=4).neutral - first.neutral).max() > 0.1


def test_another_dense_head_is_refused() -> None:
    source = head_source()
    with pytest.raises(TrainingError, match=r"that face/head_model\.npz was made from"):
        dense_vertices(source.vertices, replace(source, vertices=source.vertices * np.float32(1.2)))
