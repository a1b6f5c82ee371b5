from __future__ import annotations

import numpy as np
import pytest

from face.head_model import load_head_model
from face.vertex_features import FEATURES, VertexFeatures

AWAY, STRETCH, CODE = slice(26, 29), slice(32, 41), slice(41, FEATURES)


@pytest.fixture(scope="module")
def features() -> VertexFeatures:
    return VertexFeatures(load_head_model())


def test_the_mean_head_differs_from_itself_in_nothing(features: VertexFeatures) -> None:
    found = features(load_head_model().vertices[features.face])
    assert found.shape == (len(features.face), FEATURES)
    assert found.dtype == np.float32
    for part in (AWAY, STRETCH, CODE):
        assert np.abs(found[:, part]).max() < 1e-4
    assert np.linalg.norm(found[:, 29:32], axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_larger_head_is_stretched_along_its_skin(features: VertexFeatures) -> None:
    mean = load_head_model().vertices[features.face]
    found = features(mean * np.float32(1.1))
    np.testing.assert_allclose(found[:, AWAY], 0.1 * mean, atol=1e-4)
    trace = found[:, STRETCH].reshape(-1, 3, 3).trace(axis1=1, axis2=2) / 3.0
    assert trace == pytest.approx(0.2, abs=1e-3)  # two directions; the normal keeps its length


def test_the_code_tells_the_identity(features: VertexFeatures) -> None:
    weights = np.zeros(24, np.float32)
    weights[[2, 7]] = 1.0, -2.0
    found = features(load_head_model().shape(weights)[features.face])
    np.testing.assert_allclose(found[0, CODE], 0.5 * weights, atol=0.02)
    assert np.ptp(found[:, CODE], axis=0).max() == 0.0


def test_triangles_number_the_vertices_of_the_face(features: VertexFeatures) -> None:
    np.testing.assert_array_equal(features.face[features.triangles], load_head_model().triangles["face"])
