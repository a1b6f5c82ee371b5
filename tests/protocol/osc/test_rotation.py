"""Unity's rotations against matrices and rotated points, computed without the code under test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from protocol.osc.rotation import (
    IDENTITY,
    Quaternion,
    from_unity,
    from_yaw_pitch_roll,
    half,
    product,
    to_unity,
    towards,
    yaw_pitch_roll,
)

FLIP_X = np.diag([-1.0, 1.0, 1.0])


def unity_angle_axis(degrees: float, axis: str) -> Quaternion:
    """Unity's Quaternion.AngleAxis: its components follow the same formula in a left-handed frame."""
    half = math.radians(degrees) / 2
    part = {"x": 0.0, "y": 0.0, "z": 0.0, axis: math.sin(half)}
    return part["x"], part["y"], part["z"], math.cos(half)


def angles(rotation: Quaternion) -> tuple[float, float, float]:
    ours = from_unity(rotation)
    assert ours is not None
    return yaw_pitch_roll(ours)


def test_a_turn_to_unitys_right_is_a_turn_to_the_subjects_right() -> None:
    # Unity: a positive angle about +Y turns +Z (forward) towards +X (right), as a compass does.
    # The avatar faces +Z, so that is its own right: our yaw is + to its left.
    assert angles(unity_angle_axis(30, "y")) == pytest.approx((-math.radians(30), 0, 0))


def test_turned_to_the_subjects_left_gives_positive_yaw() -> None:
    assert angles(unity_angle_axis(-30, "y"))[0] == pytest.approx(math.radians(30))


def test_nodding_down_in_unity_gives_negative_pitch() -> None:
    # Unity: a positive angle about +X turns +Z (forward) towards -Y (down).
    assert angles(unity_angle_axis(20, "x")) == pytest.approx((0, -math.radians(20), 0))


def test_tilting_to_the_right_shoulder_gives_positive_roll() -> None:
    # Unity: a positive angle about +Z turns +X (the avatar's right) towards +Y (up), so +Y goes to -X,
    # the avatar's left: the head tilts to its left shoulder.
    assert angles(unity_angle_axis(15, "z")) == pytest.approx((0, 0, -math.radians(15)))


def matrix(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """R = Ry(yaw) Rx(-pitch) Rz(roll), right-handed."""
    return Rotation.from_euler("YXZ", [yaw, -pitch, roll]).as_matrix()


@given(st.floats(-3, 3), st.floats(-1.5, 1.5), st.floats(-3, 3))
def test_angles_round_trip_through_unitys_axes(yaw: float, pitch: float, roll: float) -> None:
    in_unity = FLIP_X @ matrix(yaw, pitch, roll) @ FLIP_X  # a change of basis by a mirror is still a rotation
    x, y, z, w = Rotation.from_matrix(in_unity).as_quat()
    assert matrix(*angles((x, y, z, w))) == pytest.approx(matrix(yaw, pitch, roll), abs=1e-6)


@given(st.floats(-1.2, 1.2), st.floats(-1.2, 1.2))
def test_the_face_points_where_yaw_and_pitch_say(yaw: float, pitch: float) -> None:
    forward = matrix(yaw, pitch, 0.0) @ [0.0, 0.0, 1.0]
    assert towards(-forward[0], forward[1], forward[2]) == pytest.approx((yaw, pitch), abs=1e-9)
    assert (forward[0] > 0) == (yaw > 0) or abs(yaw) < 1e-9  # +X is the subject's left
    assert (forward[1] > 0) == (pitch > 0) or abs(pitch) < 1e-9


def test_neck_and_head_add_up() -> None:
    neck, head = Rotation.from_euler("YXZ", [0.2, 0.1, -0.1]), Rotation.from_euler("YXZ", [0.3, -0.2, 0.1])
    x, y, z, w = product(tuple(neck.as_quat()), tuple(head.as_quat()))
    assert Rotation.from_quat([x, y, z, w]).as_matrix() == pytest.approx((neck * head).as_matrix())
    assert product(IDENTITY, IDENTITY) == IDENTITY


@pytest.mark.parametrize("part", [math.nan, math.inf, -math.inf, 0.0, 1e30])
def test_an_invalid_rotation_gives_none(part: float) -> None:
    assert from_unity((part, part, 0.0, 0.0)) is None


def test_a_rotation_need_not_be_normalised() -> None:
    assert from_unity((0.0, 0.0, 0.0, 2.0)) == pytest.approx(IDENTITY)


ANGLES = st.tuples(st.floats(-1.2, 1.2), st.floats(-0.9, 0.9), st.floats(-1.0, 1.0))


@given(ANGLES)
def test_angles_make_the_rotation_that_the_conventions_say(angles: tuple[float, float, float]) -> None:
    yaw, pitch, roll = angles
    # R = Ry(yaw) Rx(-pitch) Rz(roll), docs/naming.md; scipy's upper case = about the axes as they turn along
    said = Rotation.from_euler("YXZ", [yaw, -pitch, roll]).as_matrix()
    made = from_yaw_pitch_roll(yaw, pitch, roll)
    assert Rotation.from_quat(made).as_matrix() == pytest.approx(said, abs=1e-9)
    assert yaw_pitch_roll(made) == pytest.approx(angles, abs=1e-9)


@given(ANGLES)
def test_half_a_turn_twice_is_the_turn(angles: tuple[float, float, float]) -> None:
    whole = from_yaw_pitch_roll(*angles)
    part = half(whole)
    assert product(part, part) == pytest.approx(whole, abs=1e-9)


@given(ANGLES)
def test_unitys_rotation_moves_the_flipped_points_alike(angles: tuple[float, float, float]) -> None:
    ours = from_yaw_pitch_roll(*angles)
    unity = Rotation.from_quat(to_unity(ours)).as_matrix()
    assert unity == pytest.approx(FLIP_X @ Rotation.from_quat(ours).as_matrix() @ FLIP_X, abs=1e-9)
