from __future__ import annotations

import numpy as np
import pytest

from face.camera import PortraitCamera, rotation
from face.conditions import CODE, frame_code
from face.motion import Motion
from face.ray_maps import FOCAL, MAPS, HeadPlace, head_place, plucker_rays, pose_maps, rts_map, rts_matrix

SIZE = 6


def centres() -> np.ndarray:
    """(SIZE, SIZE, 2) middles of the cells, -1..1: right, and up with the top row first."""
    found = np.zeros((SIZE, SIZE, 2))
    for row in range(SIZE):
        for column in range(SIZE):
            found[row, column] = (2 * (column + 0.5) / SIZE - 1, 1 - 2 * (row + 0.5) / SIZE)
    return found


def motion_and_camera() -> tuple[Motion, PortraitCamera]:
    """A turned, shifted, larger head before a camera whose pivot is in the middle of the portrait, units as of the maps."""
    camera = PortraitCamera(
        FOCAL, np.eye(3, dtype=np.float32), np.array([0, 0, -FOCAL], np.float32), np.zeros(3, np.float32)
    )
    motion = Motion.neutral()
    motion.pose[:] = (0.4, -0.2, 0.3, 0.07, -0.05, 0.0, 1.2)
    return motion, camera


def test_every_point_of_a_ray_is_seen_in_the_middle_of_its_cell() -> None:
    """Against the camera of the head engine."""
    motion, camera = motion_and_camera()
    place = head_place(frame_code(motion, camera, out=np.zeros(CODE, np.float32)))
    direction, moment = np.split(plucker_rays(place, SIZE).reshape(6, -1).T, 2, axis=1)
    nearest = np.cross(direction, moment)  # of the line to the origin
    wanted = centres().reshape(-1, 2) * (0.5, -0.5)  # picture heights, y down
    for along in (-0.3, 0.0, 0.6):
        points = (nearest + along * direction).astype(np.float32)
        np.testing.assert_allclose(camera.project(camera.seen(points, motion)), wanted, atol=2e-5)


def test_rays_are_plucker_coordinates_of_lines_through_one_point() -> None:
    place = HeadPlace(rotation(0.3, 0.1, -0.2), np.array([0.1, 0.0, 0.0], np.float32), 0.8)
    direction, moment = np.split(plucker_rays(place, SIZE).astype(np.float64), 2)
    np.testing.assert_allclose((direction**2).sum(0), 1.0, atol=1e-6)
    np.testing.assert_allclose((direction * moment).sum(0), 0.0, atol=1e-6)
    # two lines meet if their reciprocal product is 0
    one, other = (0, 0), (SIZE - 1, 2)
    meets = direction[:, *one] @ moment[:, *other] + direction[:, *other] @ moment[:, *one]
    assert abs(meets) < 1e-6


def test_a_frontal_head_is_seen_from_the_front() -> None:
    place = HeadPlace(np.eye(3, dtype=np.float32), np.zeros(3, np.float32))
    rays = plucker_rays(place, 1)[:, 0, 0]
    np.testing.assert_allclose(rays, (0, 0, -1, 0, 0, 0), atol=1e-7)


@pytest.mark.parametrize(
    ("place", "moved"),
    [
        (HeadPlace(np.eye(3, dtype=np.float32), np.zeros(3, np.float32)), lambda u, v: (0, 0, 0)),
        # with a homogeneous coordinate of 0 this would be nothing
        (HeadPlace(np.eye(3, dtype=np.float32), np.array([0.1, -0.2, 0], np.float32)), lambda u, v: (0.2, -0.4, 0)),
        (HeadPlace(np.eye(3, dtype=np.float32), np.zeros(3, np.float32), 1.5), lambda u, v: (u / 2, v / 2, 0)),
        # the crown moves towards the subject's right shoulder, which is left in the picture
        (HeadPlace(rotation(0, 0, np.pi / 2), np.zeros(3, np.float32)), lambda u, v: (-v - u, u - v, 0)),
        # the face turns to the subject's left: what is right in the picture goes back
        (HeadPlace(rotation(np.pi / 2, 0, 0), np.zeros(3, np.float32)), lambda u, v: (-u, 0, -u)),
    ],
    ids=["nothing", "shift", "scale", "roll", "yaw"],
)  # fmt: skip
def test_ray_maps_of_known_transforms(place: HeadPlace, moved: object) -> None:
    wanted = np.array([[moved(u, v) for u, v in row] for row in centres()])  # type: ignore[operator]
    np.testing.assert_allclose(rts_map(rts_matrix(place), SIZE), wanted.transpose(2, 0, 1), atol=1e-6)


def test_the_maps_of_a_frame_hold_its_rays_and_both_poses() -> None:
    motion, camera = motion_and_camera()
    code = frame_code(motion, camera, out=np.zeros(CODE, np.float32))
    portrait = frame_code(Motion.neutral(), camera, out=np.zeros(CODE, np.float32))
    maps = pose_maps(code, portrait, SIZE)
    assert maps.shape == (MAPS, SIZE, SIZE)
    assert maps.dtype == np.float32
    np.testing.assert_array_equal(maps[:6], plucker_rays(head_place(code), SIZE))
    np.testing.assert_allclose(maps[6:9], 0.0, atol=1e-6)  # the portrait is in its own place
    np.testing.assert_array_equal(maps[9:], rts_map(rts_matrix(head_place(code)), SIZE))
