from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vision.head_pose import head_pose


def transform(rotation: Rotation, place_cm: tuple[float, float, float] = (0.0, 0.0, -50.0)) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.as_matrix()
    matrix[:3, 3] = place_cm
    return matrix


def camera_place_of(matrix: np.ndarray, point_on_face: tuple[float, float, float]) -> np.ndarray:
    """A point of the face in camera axes: right in the picture, up, towards the camera."""
    return (matrix @ [*point_on_face, 1.0])[:3]


NOSE_TIP, CROWN = (0.0, 0.0, 10.0), (0.0, 12.0, 0.0)


def test_face_that_looks_into_the_camera_has_no_angles() -> None:
    assert head_pose(transform(Rotation.identity()))[:3] == pytest.approx((0.0, 0.0, 0.0))


def test_yaw_is_positive_when_the_nose_moves_to_the_subjects_left() -> None:
    matrix = transform(Rotation.from_euler("y", 0.4))
    assert camera_place_of(matrix, NOSE_TIP)[0] > 1.0  # right in the picture: the subject's left
    assert head_pose(matrix)[:3] == pytest.approx((0.4, 0.0, 0.0))


def test_pitch_is_positive_when_the_nose_moves_up() -> None:
    matrix = transform(Rotation.from_euler("x", -0.3))
    assert camera_place_of(matrix, NOSE_TIP)[1] > 1.0
    assert head_pose(matrix)[:3] == pytest.approx((0.0, 0.3, 0.0))


def test_roll_is_positive_when_the_crown_moves_to_the_subjects_right() -> None:
    matrix = transform(Rotation.from_euler("z", 0.5))
    assert camera_place_of(matrix, CROWN)[0] < -1.0  # left in the picture: the subject's right
    assert head_pose(matrix)[:3] == pytest.approx((0.0, 0.0, 0.5))


@pytest.mark.parametrize("yaw", [-0.9, 0.0, 0.6])
@pytest.mark.parametrize("pitch", [-0.5, 0.4])
@pytest.mark.parametrize("roll", [-0.7, 0.3])
def test_angles_come_back_from_the_documented_order(yaw: float, pitch: float, roll: float) -> None:
    rotation = (
        Rotation.from_euler("y", yaw) * Rotation.from_euler("x", -pitch) * Rotation.from_euler("z", roll)
    )
    assert head_pose(transform(rotation))[:3] == pytest.approx((yaw, pitch, roll))


def test_scale_in_the_matrix_changes_no_angle() -> None:
    matrix = transform(Rotation.from_euler("y", 0.4) * Rotation.from_euler("x", -0.2))
    matrix[:3, :3] *= 1.7
    assert head_pose(matrix)[:2] == pytest.approx((0.4, 0.2))


def test_place_is_in_metres() -> None:
    matrix = transform(Rotation.identity(), (8.0, -4.0, -42.0))
    assert head_pose(matrix)[3:] == pytest.approx((0.08, -0.04, -0.42))
