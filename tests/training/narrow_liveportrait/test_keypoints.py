"""Keypoints of drawn pictures whose pose, place and shape are known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from face.camera import rotation
from face.liveportrait.control import head_rotation
from training.narrow_liveportrait.keypoints import LANDMARKS, FittedKeypoints, fit_keypoints, with_shape

FLIP = np.diag([1.0, -1.0, -1.0])
COUNT = 24


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(4)


def turns(random: np.random.Generator) -> np.ndarray:
    """(N, 3, 3) for rows, in LivePortrait's axes."""
    angles = random.uniform(-0.5, 0.5, (COUNT, 3))
    return np.stack([(FLIP @ rotation(*one) @ FLIP).T for one in angles]).astype(np.float32)


def seen(random: np.random.Generator, wobble: float) -> tuple[np.ndarray, FittedKeypoints]:
    """A head of random points in random poses, and what it should be fitted as."""
    shape = random.normal(0, 1, (len(LANDMARKS), 3))
    shape -= shape.mean(0)
    shape *= 0.09 / shape.std()
    rotations = turns(random)
    scale, translation = random.uniform(1.8, 2.6, COUNT), random.normal(0, 0.1, (COUNT, 2))
    expression = np.zeros((COUNT, len(LANDMARKS), 3))
    expression[..., :2] = random.normal(0, wobble, (COUNT, len(LANDMARKS), 2)) if wobble else 0.0
    truth = FittedKeypoints(shape, expression, scale, translation, rotations)
    return truth.keypoints()[..., :2], truth


def test_a_rigid_head_is_found_exactly_with_its_depth(random: np.random.Generator) -> None:
    places, truth = seen(random, 0.0)
    found = fit_keypoints(places, truth.rotations)
    np.testing.assert_allclose(found.keypoints()[..., :2], places, atol=1e-5)
    # the prior on the depth, and the arbitrary size of the shape, leave a little
    np.testing.assert_allclose(found.canonical, truth.canonical, atol=0.004)
    np.testing.assert_allclose(found.scale, truth.scale, rtol=0.03)
    assert np.abs(found.expression).max() < 0.004


def test_what_is_not_rigid_is_expression(random: np.random.Generator) -> None:
    places, truth = seen(random, 0.01)
    found = fit_keypoints(places, truth.rotations)
    assert found.expression[..., 2].max() == 0.0
    error = (found.expression - truth.expression)[..., :2]
    assert np.square(error).mean() < 0.35 * np.square(truth.expression[..., :2]).mean()
    np.testing.assert_allclose(found.keypoints()[..., :2], places, atol=1e-5)


def test_another_expression_of_a_known_head_is_the_difference(random: np.random.Generator) -> None:
    places, truth = seen(random, 0.0)
    moved = places.copy()
    moved[:, 19, 1] += truth.scale * 0.03  # the chin goes down
    found = with_shape(truth.canonical, moved, truth.rotations)
    assert found.expression[:, 19, 1].mean() == pytest.approx(0.03, rel=0.15)
    others = np.delete(found.expression, 19, axis=1)
    assert np.abs(others).max() < 0.01


def test_rotations_are_those_that_the_runtime_makes_of_angles() -> None:
    """A head turned by yaw alone, as `KeypointControl` and M's angles write it."""
    yaw = 0.3
    ours = (FLIP @ rotation(yaw, 0.0, 0.0) @ FLIP).T
    theirs = head_rotation(np.array([0.0, -np.degrees(yaw), 0.0], np.float32))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
