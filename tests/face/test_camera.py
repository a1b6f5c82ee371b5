from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from face.camera import PortraitCamera, angles, rotation, rotation_vector
from face.motion import Motion
from protocol.channels import CHANNEL_INDEX

NOSE = np.array([0, 0, 1.0])
CROWN = np.array([0, 1.0, 0])
LEFT_EAR = np.array([1.0, 0, 0])
FRONTAL = PortraitCamera(
    focal=2.2,
    rotation=np.eye(3, dtype=np.float32),
    translation=np.array([0, 0, -100], np.float32),
    pivot=np.array([0, -2, 0], np.float32),
)


def moved(**values: float) -> Motion:
    """`pose_yaw=0.1` -> a Motion with it."""
    motion = Motion.neutral()
    for name, value in values.items():
        layer, channel = name.split("_")
        motion.values[CHANNEL_INDEX[layer][channel]] = value
    return motion


def picture(camera: PortraitCamera, motion: Motion, point: tuple[float, float, float]) -> NDArray[np.float64]:
    """Slow reference: a head point projected to the picture, in picture heights from the centre, x right, y up."""
    axis = camera.turn(motion).astype(np.float64)
    angle = np.linalg.norm(axis)
    spin = np.eye(3)
    if angle > 0:
        x, y, z = axis / angle
        skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        spin = np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * skew @ skew
    rest = camera.rotation @ np.array(point) + camera.translation
    rest = spin @ (rest - camera.pivot_rest) * motion.pose[6] + camera.pivot_rest + camera.shift(motion)
    seen = camera.view(motion) @ np.append(rest, 1.0)
    clip = camera.projection().astype(np.float64) @ seen
    assert clip[3] > 0, "the point lies behind the camera"
    return clip[:2] / clip[3] / 2


angle = st.floats(-1.2, 1.2)


@given(angle, angle, angle)
def test_angles_are_the_inverse_of_rotation(yaw: float, pitch: float, roll: float) -> None:
    assert angles(rotation(yaw, pitch, roll)) == pytest.approx((yaw, pitch, roll), abs=1e-5)


@given(angle, angle, angle)
def test_a_rotation_neither_mirrors_nor_scales(yaw: float, pitch: float, roll: float) -> None:
    matrix = rotation(yaw, pitch, roll).astype(np.float64)
    assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-5)


def test_positive_yaw_turns_the_nose_to_the_subjects_left() -> None:
    assert (rotation(0.3, 0, 0) @ NOSE)[0] > 0.2


def test_positive_pitch_lifts_the_nose() -> None:
    assert (rotation(0, 0.3, 0) @ NOSE)[1] > 0.2


def test_positive_roll_tilts_the_crown_to_the_subjects_right() -> None:
    assert (rotation(0, 0, 0.3) @ CROWN)[0] < -0.2


def test_yaw_turns_about_the_upright_axis_whatever_the_pitch() -> None:
    level = rotation(0, 0.4, 0.2) @ NOSE
    turned = rotation(0.7, 0.4, 0.2) @ NOSE
    assert turned[1] == pytest.approx(level[1], abs=1e-6)


@given(angle, angle, angle)
def test_a_rotation_vector_is_axis_times_angle(yaw: float, pitch: float, roll: float) -> None:
    matrix = rotation(yaw, pitch, roll).astype(np.float64)
    vector = rotation_vector(matrix).astype(np.float64)
    length = np.linalg.norm(vector)
    assert np.allclose(matrix @ vector, vector, atol=1e-5)  # the axis stays
    assert 1 + 2 * np.cos(length) == pytest.approx(np.trace(matrix), abs=1e-5)


def test_the_portraits_own_pose_turns_nothing() -> None:
    camera = PortraitCamera(2.2, rotation(0.3, -0.1, 0.2), FRONTAL.translation, FRONTAL.pivot)
    assert np.abs(camera.turn(moved(pose_yaw=0.3, pose_pitch=-0.1, pose_roll=0.2))).max() < 1e-6


@pytest.mark.parametrize(
    ("motion", "point", "axis", "sign"),
    [
        (moved(pose_yaw=0.3), (0, 0, 10), 0, 1),
        (moved(pose_pitch=0.3), (0, 0, 10), 1, 1),
        (moved(pose_roll=0.3), (0, 10, 0), 0, -1),
        # What a camera that moves to the subject's left sees of a nose: it points to the right of the picture's
        # left half, so it falls left of where it was.
        (moved(view_azimuth=0.3), (0, 0, 10), 0, -1),
        (moved(view_elevation=0.3), (0, 0, 10), 1, -1),
    ],
)
def test_the_picture_shows_the_right_sign(
    motion: Motion, point: tuple[float, float, float], axis: int, sign: int
) -> None:
    before, after = picture(FRONTAL, moved(), point), picture(FRONTAL, motion, point)
    assert sign * (after - before)[axis] > 0.02
    assert abs((after - before)[1 - axis]) < 0.05


@pytest.mark.parametrize("pose", [(0.0, 0.0, 0.0), (0.2, -0.1, 0.1)])
@pytest.mark.parametrize(("channel", "axis"), [("x", 0), ("y", 1)])
def test_a_shift_moves_the_picture_by_its_share_of_the_height(
    pose: tuple[float, float, float], channel: str, axis: int
) -> None:
    camera = PortraitCamera(2.2, rotation(*pose), np.array([3, -4, -90], np.float32), FRONTAL.pivot)
    own = {"pose_yaw": pose[0], "pose_pitch": pose[1], "pose_roll": pose[2]}
    pivot = (float(camera.pivot[0]), float(camera.pivot[1]), float(camera.pivot[2]))
    before = picture(camera, moved(**own), pivot)
    after = picture(camera, moved(**own, **{f"pose_{channel}": 0.125}), pivot)
    expected = np.zeros(2)
    expected[axis] = 0.125
    assert after - before == pytest.approx(expected, abs=1e-5)


def span(motion: Motion) -> float:
    """Distance in the picture of two points beside the pivot."""
    return float((picture(FRONTAL, motion, (5, -2, 0)) - picture(FRONTAL, motion, (-5, -2, 0)))[0])


@pytest.mark.parametrize(
    ("motion", "factor"),
    [(moved(view_distance=2.0), 0.5), (moved(view_distance=0.5), 2.0), (moved(pose_scale=1.5), 1.5)],
)
def test_distance_and_scale_are_relative_to_the_portrait(motion: Motion, factor: float) -> None:
    assert span(motion) == pytest.approx(factor * span(moved()), rel=1e-4)


def test_forward_comes_towards_the_camera() -> None:
    assert span(moved(pose_z=0.2)) > 1.05 * span(moved())


def test_the_pivot_keeps_its_place_when_the_camera_orbits() -> None:
    camera = PortraitCamera(2.2, rotation(0.2, 0, 0), np.array([6, -9, -90], np.float32), FRONTAL.pivot)
    pivot = (float(camera.pivot[0]), float(camera.pivot[1]), float(camera.pivot[2]))
    still = picture(camera, moved(pose_yaw=0.2), pivot)
    orbit = moved(pose_yaw=0.2, view_azimuth=0.6, view_elevation=-0.4, view_distance=1.7)
    assert picture(camera, orbit, pivot) == pytest.approx(still, abs=1e-5)


def test_every_reachable_pose_lies_between_the_clipping_planes() -> None:
    extremes = (("pose_z", 0.5), ("pose_z", -1.0), ("view_distance", 0.3), ("view_distance", 3.0))
    for motion in (moved(**{name: value}) for name, value in extremes):
        for depth in (-12.0, 12.0):
            rest = np.array([0, 0, -100 + depth]) + FRONTAL.shift(motion)
            clip = FRONTAL.projection() @ FRONTAL.view(motion) @ np.append(rest, 1.0)
            assert -clip[3] < clip[2] < clip[3]


@given(
    st.floats(-1, 1), st.floats(-0.6, 0.6), st.floats(-0.5, 0.5), st.floats(-0.6, 0.6), st.floats(-0.3, 0.3)
)
def test_points_of_the_head_are_seen_where_the_matrices_of_the_engine_put_them(
    yaw: float, pitch: float, roll: float, azimuth: float, elevation: float
) -> None:
    camera = PortraitCamera(2.2, rotation(0.2, -0.1, 0.1), np.array([3, -4, -90], np.float32), FRONTAL.pivot)
    motion = moved(
        pose_yaw=yaw, pose_pitch=pitch, pose_roll=roll, pose_x=0.1, pose_y=-0.05, pose_z=0.2, pose_scale=1.2,
        view_azimuth=azimuth, view_elevation=elevation, view_distance=1.3,
    )  # fmt: skip
    points = np.array([(0, 0, 13), (4.5, 3.5, 8.6), (-7, 1, -1), (0, -8, 9)], np.float32)
    places = camera.project(camera.seen(points, motion))
    for point, place in zip(points.tolist(), places, strict=True):
        right, up = picture(camera, motion, tuple(point))
        assert place == pytest.approx((right, -up), abs=2e-5)
