from __future__ import annotations

import numpy as np
import pytest

from face.camera import PortraitCamera
from face.conditions import CONDITION_PX
from face.head_model import load_head_model
from face.motion import Motion
from face.regions import REGIONS, RegionCrops, RegionPlanes, lip_vertices
from protocol.channels import CHANNEL_INDEX

MODEL = load_head_model()
#: The pivot lies on the camera's axis, so that a roll of the head is a rotation of the picture.
CAMERA = PortraitCamera(2.3, np.eye(3, dtype=np.float32), -MODEL.pivot - (0, 0, 90), MODEL.pivot)
EYES = np.stack([MODEL.eye_centre(MODEL.vertices, side) for side in (0, 1)])
LIPS = np.unique(np.concatenate([MODEL.lips.upper, MODEL.lips.lower]))
CROPS = RegionCrops(lip_vertices(MODEL), CAMERA, EYES)
each_region = pytest.mark.parametrize("name", REGIONS)


def moved(**values: float) -> Motion:
    """`pose_yaw=0.1` -> a Motion with it."""
    motion = Motion.neutral()
    for name, value in values.items():
        layer, channel = name.split("_")
        motion.values[CHANNEL_INDEX[layer][channel]] = value
    return motion


def in_crop(name: str, points: np.ndarray, motion: Motion) -> np.ndarray:
    """Points (N, 3) of the head in the pixels of the crop."""
    matrix = CROPS.matrix(name, MODEL.vertices, motion)
    places = CAMERA.project(CAMERA.seen(points, motion))
    return places @ matrix[:, :2].T + matrix[:, 2]


@each_region
@pytest.mark.parametrize(
    "motion", [moved(), moved(pose_yaw=0.5, pose_x=0.1), moved(view_azimuth=-0.4, view_distance=1.5)]
)
def test_the_crops_centre_is_the_mouth_or_lies_between_the_eyes(name: str, motion: Motion) -> None:
    region = REGIONS[name]
    places = CAMERA.project(CAMERA.seen(MODEL.vertices[LIPS].mean(0, keepdims=True), motion))
    if name == "eyes":
        places = CAMERA.project(CAMERA.seen(EYES, motion))
    matrix = CROPS.matrix(name, MODEL.vertices, motion)
    centre = matrix[:, :2] @ places.mean(0) + matrix[:, 2]
    assert centre == pytest.approx((region.width / 2, region.height / 2), abs=0.01)


@each_region
@pytest.mark.parametrize(
    "motion", [moved(), moved(pose_scale=1.4), moved(view_distance=0.6), moved(pose_z=-0.5)]
)
def test_its_width_is_given_in_distances_between_the_eyes(name: str, motion: Motion) -> None:
    left, right = in_crop(name, EYES, motion)
    assert left[0] - right[0] == pytest.approx(REGIONS[name].width / REGIONS[name].span, rel=0.01)


@each_region
@pytest.mark.parametrize("roll", [-0.6, 0.3, 1.0])
def test_it_follows_the_roll_so_that_its_content_stays(name: str, roll: float) -> None:
    points = np.concatenate([EYES, MODEL.vertices[LIPS]])
    still, rolled = (in_crop(name, points, moved(**more)) for more in ({}, {"pose_roll": roll}))
    assert np.abs(rolled - still).max() < 0.05


@each_region
def test_a_head_in_profile_does_not_throw_the_crop_about(name: str) -> None:
    """The eyes lie behind each other there, and the line between them says nothing."""
    for yaw in (1.45, 1.55, 1.65):
        matrix = CROPS.matrix(name, MODEL.vertices, moved(pose_yaw=yaw, pose_pitch=0.05))
        assert np.isfinite(matrix).all()
        assert matrix[0, 1] == matrix[1, 0] == 0.0  # upright


def test_the_mouths_crop_follows_the_jaw() -> None:
    open_mouth = MODEL.expressed(MODEL.vertices, np.eye(52, dtype=np.float32)[17])
    shut, wide = (CROPS.matrix("mouth", vertices, moved()) for vertices in (MODEL.vertices, open_mouth))
    jaw = CAMERA.project(CAMERA.seen(open_mouth[LIPS].mean(0, keepdims=True), moved()))[0]
    assert wide[:, :2] @ jaw + wide[:, 2] == pytest.approx((64, 48), abs=0.01)
    assert shut[1, 2] - wide[1, 2] > 1.0


@each_region
def test_planes_are_cut_at_every_second_pixel_of_the_crop(name: str) -> None:
    """Planes that hold their own coordinates: what is cut must lie where the crop's pixels lie."""
    region = REGIONS[name]
    motion = moved(pose_roll=0.3, pose_x=0.04)
    matrix = CROPS.matrix(name, MODEL.vertices, motion)
    axis = (np.arange(CONDITION_PX, dtype=np.float32) + 0.5) / CONDITION_PX - 0.5
    planes = np.stack(np.meshgrid(axis, axis))
    out = np.zeros((2, region.height // 2, region.width // 2), np.float32)
    assert RegionPlanes(name).cut(planes, matrix, out=out) is out
    v, u = np.mgrid[1 : region.height : 2, 1 : region.width : 2]
    back = np.einsum("ij,jhw->ihw", matrix[:, :2], out) + matrix[:, 2][:, None, None]
    half_a_pixel = 0.5 / CONDITION_PX * np.abs(matrix[:, :2]).sum(1).max()
    assert np.abs(back[0] - u).max() <= half_a_pixel + 1e-2
    assert np.abs(back[1] - v).max() <= half_a_pixel + 1e-2


def test_beyond_the_picture_its_edge_continues() -> None:
    planes = np.zeros((1, CONDITION_PX, CONDITION_PX), np.float32)
    planes[:, :, -1] = 7.0
    far = np.array([[100.0, 0, -100.0], [0, 100.0, 0]], np.float32)  # a picture further right
    out = np.zeros((1, 48, 64), np.float32)
    assert (RegionPlanes("mouth").cut(planes, far, out=out) == 7.0).all()
