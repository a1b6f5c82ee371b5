"""Places of the landmarks from observations; the drawing itself needs the landmarker and is measured by the program."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("cv2")

from face.head_model import HeadModel, load_head_model
from face.landmarks import load_landmarks
from training.landmarks import FIRST_IRIS, learn, random_head


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model()


def test_places_are_found_again_among_noise_outliers_and_gaps(model: HeadModel) -> None:
    truth = load_landmarks().of(model.vertices)
    random = np.random.default_rng(4)
    under = truth + random.normal(0.0, 0.05, (40, *truth.shape)).astype(np.float32)
    under[random.random(under.shape[:2]) < 0.1] = np.nan  # the landmark lay beside the head
    under[random.random(under.shape[:2]) < 0.1] += 5.0  # it lay on another part
    vertices, weights, spread = learn(model, under)
    found = (model.vertices[vertices] * weights[..., None]).sum(1)
    assert np.linalg.norm(found - truth, axis=1).max() < 0.2
    assert weights.min() >= 0.0
    np.testing.assert_allclose(weights.sum(1), 1.0, atol=1e-5)
    assert (spread > 0.05).all()


def test_landmarks_of_the_irises_lie_on_eyeballs_and_the_others_on_the_face(model: HeadModel) -> None:
    vertices, _, _ = learn(model, np.repeat(load_landmarks().of(model.vertices)[None], 2, axis=0))
    assert np.isin(vertices[:FIRST_IRIS], model.triangles["face"]).all()
    assert np.isin(vertices[FIRST_IRIS:], model.part("eyeball_left", "eyeball_right")).all()


def test_a_random_head_is_in_front_of_its_camera_and_differs_by_seed(model: HeadModel) -> None:
    heads = [random_head(model, np.random.default_rng(seed), 1.0) for seed in (1, 2)]
    for vertices, (turn, shift, zoom) in heads:
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-5)
        assert (vertices @ turn.T + shift)[:, 2].max() < 0.0
        assert zoom > 1.0
    assert np.abs(heads[0][0] - heads[1][0]).max() > 0.1
