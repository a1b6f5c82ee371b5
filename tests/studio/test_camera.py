from __future__ import annotations

import numpy as np
import pytest

from studio.camera import FAR, NEAR, TARGET, StudioCamera, camera_for_view
from studio.factors import CameraView

SIZE = 64
VIEWS = (
    CameraView(),
    CameraView(azimuth=0.25, elevation=0.1),
    CameraView(azimuth=-0.35, elevation=-0.15, distance=70.0, focal=2.0),
)


@pytest.fixture(params=VIEWS, ids=["front", "left", "right"])
def camera(request: pytest.FixtureRequest) -> StudioCamera:
    return camera_for_view(request.param)


def test_plucker_rays_go_through_the_eye(camera: StudioCamera) -> None:
    rays = camera.plucker_rays(SIZE).astype(np.float64)
    direction, moment = rays[..., :3], rays[..., 3:]
    np.testing.assert_allclose(np.linalg.norm(direction, axis=-1), 1.0, atol=1e-6)
    np.testing.assert_allclose((direction * moment).sum(-1), 0.0, atol=2e-4)
    # d x m is the point of a line that is nearest to the origin; from there the eye lies along d
    nearest = np.cross(direction, moment)
    np.testing.assert_allclose(np.cross(camera.eye - nearest, direction), 0.0, atol=1e-3)


def test_world_to_camera_is_rigid_and_takes_the_eye_to_the_origin(camera: StudioCamera) -> None:
    matrix = camera.world_to_camera.astype(np.float64)
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-6)
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1.0)
    np.testing.assert_allclose(matrix[3], (0, 0, 0, 1))
    np.testing.assert_allclose(matrix[:3, :3] @ camera.eye + matrix[:3, 3], 0.0, atol=1e-4)


def test_a_projected_point_lies_on_the_ray_of_its_pixel(camera: StudioCamera) -> None:
    rays = camera.plucker_rays(SIZE)
    for row, column in ((0, 0), (10, 50), (63, 31)):
        point = camera.eye + 80.0 * rays[row, column, :3]
        x, y, depth = camera.project(point[None], SIZE)[0]
        assert (x, y) == pytest.approx((column + 0.5, row + 0.5), abs=1e-2)
        assert 0.0 < depth <= 80.0


def test_the_clip_matrix_projects_to_the_same_pixels(camera: StudioCamera) -> None:
    points = TARGET + np.random.default_rng(2).uniform(-6, 6, (20, 3)).astype(np.float32)
    world = np.concatenate([points, np.ones((20, 1))], 1)
    clip = world @ (camera.projection() @ camera.world_to_camera).T
    pixels = (clip[:, :2] / clip[:, 3:] * (0.5, -0.5) + 0.5) * SIZE
    np.testing.assert_allclose(camera.project(points, SIZE)[:, :2], pixels, atol=1e-2)


def test_the_clipping_planes_map_to_the_ends_of_clip_space() -> None:
    planes = np.array([(0, 0, -NEAR, 1), (0, 0, -FAR, 1)], np.float32)
    clip = planes @ StudioCamera(2.0, np.eye(4, dtype=np.float32)).projection().T
    assert clip[:, 2] / clip[:, 3] == pytest.approx([-1.0, 1.0], abs=1e-5)


def test_the_target_is_in_the_centre_at_the_views_distance() -> None:
    for view in VIEWS:
        camera = camera_for_view(view)
        x, y, depth = camera.project(TARGET[None], SIZE)[0]
        assert (x, y, depth) == pytest.approx((32.0, 32.0, view.distance), abs=1e-3)


def test_a_camera_on_the_subjects_left_and_above_has_larger_x_and_y() -> None:
    assert camera_for_view(CameraView(azimuth=0.3)).eye[0] > 10.0
    assert camera_for_view(CameraView(elevation=0.3)).eye[1] > 10.0
