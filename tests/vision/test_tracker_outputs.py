from __future__ import annotations

import numpy as np

from face.camera import rotation
from protocol.blendshapes import BLENDSHAPES
from vision.tracker_outputs import READ_PLACES, READ_SHAPES, rotation_of


def test_all_shapes_but_those_of_the_gaze_are_read() -> None:
    assert len(READ_SHAPES) == 44
    assert set(BLENDSHAPES) - set(READ_SHAPES) == {name for name in BLENDSHAPES if "eyeLook" in name}
    assert tuple(BLENDSHAPES[place] for place in READ_PLACES) == READ_SHAPES


def test_six_numbers_of_a_rotation_give_it_back() -> None:
    turn = rotation(0.4, -0.3, 0.2).astype(np.float64)
    np.testing.assert_allclose(rotation_of(turn[:, :2].T.ravel()), turn, atol=1e-6)


def test_any_six_numbers_give_a_rotation() -> None:
    for numbers in (*np.random.default_rng(0).normal(size=(20, 6)), np.array([1.0, 0, 0, 3.0, 0.1, 0])):
        turn = rotation_of(numbers)
        np.testing.assert_allclose(turn.T @ turn, np.eye(3), atol=1e-9)
        np.testing.assert_allclose(np.linalg.det(turn), 1.0)
