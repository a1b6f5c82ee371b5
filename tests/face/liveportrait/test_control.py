"""Keypoints move as points of a rigid head seen by our camera; every coefficient moves its own and no other."""

from __future__ import annotations

import numpy as np
import pytest

from face.liveportrait.control import KeypointControl, coefficients, head_rotation
from face.liveportrait.portrait_face import DRIVEN, FULL_GAZE, KEYPOINTS
from face.liveportrait.sliders import HIGHEST, LOWEST, first_guess
from face.motion import Motion
from tests.face.liveportrait.faces import CAMERA, motion, points, portrait, rigid_face, seen_points

MOTIONS = (
    motion(pose_yaw=0.5),
    motion(pose_pitch=-0.3, pose_roll=0.4),
    motion(pose_yaw=-0.4, pose_pitch=0.2, pose_x=0.1, pose_y=-0.07),
    motion(pose_z=0.3, pose_scale=1.2),
    motion(view_azimuth=0.4, view_elevation=-0.2, view_distance=1.3),
    motion(pose_yaw=0.3, view_azimuth=0.3),
)


def control_of(**changes: object) -> KeypointControl:
    return KeypointControl(rigid_face(**changes), CAMERA, portrait())


def test_no_motion_gives_the_portrait_by_the_papers_equation() -> None:
    random = np.random.RandomState(1)
    face = rigid_face(expression=0.02 * random.standard_normal((KEYPOINTS, 3)).astype(np.float32))
    control = KeypointControl(face, CAMERA, portrait())
    wanted = face.scale * (face.keypoints @ head_rotation(face.angles_deg) + face.expression)
    wanted += face.translation * (1, 1, 0)  # no depth
    np.testing.assert_allclose(control.source[0], wanted, atol=1e-5)
    np.testing.assert_allclose(control.keypoints(motion())[0], wanted, atol=1e-5)


@pytest.mark.parametrize("shown", MOTIONS)
def test_head_and_camera_move_the_keypoints_as_they_move_the_head(shown: Motion) -> None:
    control = control_of()
    wanted = seen_points(points(), shown)
    assert np.abs(wanted - seen_points(points(), motion())).max() > 0.05
    np.testing.assert_allclose(control.keypoints(shown)[0, :, :2], wanted, atol=2e-4)


def test_poses_compose_as_rotations_do() -> None:
    """Turning the camera to one side is turning the head to the other, about the same pivot."""
    control = control_of()
    camera = control.keypoints(motion(pose_yaw=0.0, pose_pitch=0.0, pose_roll=0.0, view_azimuth=0.35)).copy()
    head = control.keypoints(motion(pose_yaw=-0.35, pose_pitch=0.0, pose_roll=0.0))
    np.testing.assert_allclose(camera, head, atol=1e-4)


def test_a_head_that_keeps_its_distance_keeps_its_size() -> None:
    control = control_of()
    sizes = []
    for angle in np.linspace(-0.6, 0.6, 9):
        x = control.keypoints(motion(pose_yaw=0.0, pose_pitch=0.0, pose_roll=float(angle)))[0]
        sizes.append(np.linalg.norm(x[1:] - x[:-1], axis=-1))
    np.testing.assert_allclose(np.array(sizes) / sizes[4], 1.0, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        ("jawOpen", {17, 19}),
        ("eyeBlinkLeft", {11, 13}),
        ("eyeBlinkRight", {15, 16}),
        ("browDownLeft", {1, 2}),
        ("mouthSmileRight", {3, 7, 13, 14, 16, 17, 20}),
        ("cheekPuff", set()),
    ],
)
def test_a_coefficient_moves_only_its_keypoints(name: str, moved: set[int]) -> None:
    face = rigid_face()
    control = control_of(deltas=first_guess(face.keypoints))
    before = control.keypoints(motion()).copy()
    change = control.keypoints(motion(**{f"expression_{name}": 1.0}))[0] - before[0]
    assert {int(k) for k in np.flatnonzero(np.abs(change).max(1) > 1e-6)} == moved


def test_expressions_add_in_the_picture_and_do_not_turn_with_the_head() -> None:
    """The paper's equation adds them after the rotation."""
    face = rigid_face()
    control = control_of(deltas=first_guess(face.keypoints))
    changes = []
    for yaw in (0.0, 0.6):
        still = control.keypoints(motion(pose_yaw=yaw)).copy()
        opened = control.keypoints(motion(pose_yaw=yaw, expression_jawOpen=0.7))
        changes.append((opened - still)[0, 19] / np.linalg.norm(opened - still))
    np.testing.assert_allclose(changes[0], changes[1], atol=1e-4)


def test_a_change_stays_in_the_range_that_the_network_was_shown() -> None:
    deltas = np.ones((len(DRIVEN), KEYPOINTS, 3), np.float32)
    control = control_of(deltas=deltas)
    change = control.keypoints(motion(expression_mouthLeft=1.0, expression_mouthRight=1.0))
    scale = rigid_face().scale[0]
    np.testing.assert_allclose((change - control.source) / scale, HIGHEST, atol=1e-5)
    deltas *= -1
    change = control_of(deltas=deltas).keypoints(motion(expression_mouthLeft=1.0))
    np.testing.assert_allclose((change - control.source) / scale, LOWEST, atol=1e-5)


def test_open_lips_of_the_portrait_are_met_when_the_jaw_shuts() -> None:
    met = np.zeros((KEYPOINTS, 3), np.float32)
    met[19, 1] = -0.03
    face = rigid_face()
    control = control_of(deltas=first_guess(face.keypoints), lips_met=met)
    for jaw, share in ((0.2, 0.0), (0.1, 0.5), (0.0, 1.0)):
        change = control.keypoints(motion(expression_jawOpen=jaw)) - control.source
        np.testing.assert_allclose(change[0] / face.scale[0], share * met, atol=1e-6)
    change = control.keypoints(motion(expression_jawOpen=0.8)) - control.source
    assert change[0, 19, 1] > 0.0


def test_gaze_has_a_coefficient_for_each_direction() -> None:
    out = np.zeros(len(DRIVEN), np.float32)
    gaze = np.array([-FULL_GAZE, FULL_GAZE / 2], np.float32)
    made = coefficients(np.zeros(52, np.float32), gaze, out=out)
    assert dict(zip(DRIVEN[52:], made[52:].tolist(), strict=True)) == {
        "gazeLeft": 0.0,
        "gazeRight": 1.0,
        "gazeUp": 0.5,
        "gazeDown": 0.0,
    }
