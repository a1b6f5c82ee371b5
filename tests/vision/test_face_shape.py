from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from measure.tracker.golden_samples import read_golden_samples
from vision.face_shape import OTHER_POINT, POINTS, face_shape
from vision.landmarker import FaceObservation

PAIRS = Path(__file__).parents[1] / "data" / "face_correction.npz"


@pytest.fixture(scope="module")
def face() -> FaceObservation:
    return read_golden_samples(PAIRS).observation(0)


def test_shape_has_three_numbers_a_point(face: FaceObservation) -> None:
    assert face_shape(face).shape == (3 * len(POINTS),)
    assert len(set(POINTS)) == len(POINTS)


def test_outer_corners_of_the_eyes_are_one_apart(face: FaceObservation) -> None:
    shape = face_shape(face).reshape(-1, 3)
    right, left = (shape[int(np.flatnonzero(point == POINTS)[0])] for point in (33, 263))
    assert np.linalg.norm(left - right) == pytest.approx(1.0, abs=1e-5)
    assert left[0] > 0.4 > -0.4 > right[0]  # + x to the subject's left
    chin = shape[int(np.flatnonzero(POINTS == 152)[0])]
    assert chin[1] < -0.8  # + y up


def test_every_point_lies_near_its_mirror_image() -> None:
    samples = read_golden_samples(PAIRS)
    shapes = [face_shape(samples.observation(place)) for place in range(len(samples.person))]
    mean = np.mean(shapes, axis=0).reshape(-1, 3)
    assert np.linalg.norm(mean[OTHER_POINT] * [-1.0, 1.0, 1.0] - mean, axis=1).max() < 0.05
    assert (OTHER_POINT[OTHER_POINT] == np.arange(len(POINTS))).all()


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_shape_does_not_depend_on_size_and_place(face: FaceObservation, factor: float) -> None:
    moved = FaceObservation(
        face.landmarks * np.float32(factor) + np.float32([40, -25, 0]), face.blendshapes, face.transform
    )
    assert np.allclose(face_shape(moved), face_shape(face), atol=1e-3)


def test_shape_does_not_depend_on_how_the_head_is_tilted(face: FaceObservation) -> None:
    # a picture turned in its plane by 20 degrees, and the matrix with it (y is down in the picture, up in the matrix)
    c, s = np.cos(0.35), np.sin(0.35)
    turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]], np.float32)
    matrix = face.transform.copy()
    matrix[:3, :3] = turn.T @ matrix[:3, :3]
    tilted = FaceObservation(face.landmarks @ turn.T, face.blendshapes, matrix)
    assert np.allclose(face_shape(tilted), face_shape(face), atol=1e-3)


def test_a_degenerate_face_gives_nan(face: FaceObservation) -> None:
    nothing = FaceObservation(np.zeros_like(face.landmarks), face.blendshapes, face.transform)
    assert np.isnan(face_shape(nothing)).all()
