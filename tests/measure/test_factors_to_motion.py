"""The runtime's own camera, fed with the converted Motion, puts every point of the head where the studio drew it."""

from __future__ import annotations

import numpy as np
import pytest

from face.camera import PortraitCamera, rotation
from face.head_model import load_head_model
from measure.errors import MeasureError
from measure.factors_to_motion import head_in_camera, motion_of, unit_of
from studio.camera import TARGET, camera_for_view
from studio.factors import CameraView, Factors, Pose
from studio.head.head_deformer import NECK, PIVOT

SIZE = 256
#: Points of the head that turn with all of it, head space: eyes, nose, brow, ears, crown.
POINTS = np.array(
    [(4.5, 3.5, 8.6), (-4.5, 3.5, 8.6), (0, 0.4, 13), (0, 8, 10), (7.5, 1, -1), (-7.5, 1, -1), (0, 13, 0)]
)
STILL = Pose()
PORTRAIT = Factors(view=CameraView(distance=84.0))
WORN = Factors(
    pose=Pose(yaw=0.2, pitch=-0.1, roll=0.05, x=1, y=0.5, z=-2, scale=1.1), view=CameraView(focal=2.0)
)


def studio_pixels(factors: Factors) -> np.ndarray:
    pose = factors.pose
    assert POINTS[:, 1].min() > NECK[1]
    turned = (POINTS - PIVOT) @ rotation(pose.yaw, pose.pitch, pose.roll).T * pose.scale
    world = PIVOT + turned + (pose.x, pose.y, pose.z)
    return camera_for_view(factors.view).project(world.astype(np.float32), SIZE)[:, :2]


def runtime_pixels(
    factors: Factors, portrait: Factors, aside: tuple[float, float, float] | None = None
) -> np.ndarray:
    """A head that was fitted to the portrait without any error, moved as runtime.engines.head_shaders does.

    Args:
        aside: the engine turns it about a pivot that far from the head model's own, which the conversion is told.
    """
    was = portrait.pose
    held = rotation(was.yaw, was.pitch, was.roll)
    scale = was.scale
    origin = PIVOT - scale * held @ PIVOT + (was.x, was.y, was.z) - TARGET - (0, 0, portrait.view.distance)
    pivot = load_head_model().pivot * scale + (0 if aside is None else np.array(aside))
    camera = PortraitCamera(portrait.view.focal, held, origin, pivot)
    motion = motion_of(factors, portrait, None if aside is None else camera.pivot_rest.astype(float))
    rest = POINTS @ held.T * scale + origin
    pivot = camera.pivot_rest
    turn = rotation(*(float(v) for v in motion.pose[:3]))  # against the portrait
    moved = pivot + (rest - pivot) @ turn.T * motion.pose[6] + camera.shift(motion)
    view = camera.view(motion)
    seen = moved @ view[:3, :3].T + view[:3, 3]
    x, y = (camera.focal * seen[:, axis] / -seen[:, 2] for axis in (0, 1))
    return np.stack([(x + 0.5) * SIZE, (0.5 - y) * SIZE], 1)


@pytest.mark.parametrize("aside", [None, (0.5, -1.5, -3.0)], ids=["the model's pivot", "an avatar's pivot"])
@pytest.mark.parametrize("portrait", [PORTRAIT, WORN], ids=["calm", "turned"])
@pytest.mark.parametrize(
    ("pose", "view"),
    [
        (STILL, CameraView(distance=84.0)),
        (Pose(yaw=0.5), CameraView(distance=84.0)),
        (Pose(pitch=-0.3, roll=0.25), CameraView(distance=84.0)),
        (Pose(x=2, y=-1, z=3, scale=0.9), CameraView(distance=84.0)),
        (STILL, CameraView(azimuth=0.6, elevation=-0.2, distance=84.0)),
        (Pose(yaw=-0.4, pitch=0.2, x=-2, z=-1), CameraView(azimuth=0.5, elevation=0.3, distance=100.0)),
    ],
)
def test_every_point_of_the_head_lands_where_the_studio_draws_it(
    pose: Pose, view: CameraView, portrait: Factors, aside: tuple[float, float, float] | None
) -> None:
    view = CameraView(view.azimuth, view.elevation, view.distance, portrait.view.focal)
    factors = Factors(pose=pose, view=view)
    gap = np.abs(runtime_pixels(factors, portrait, aside) - studio_pixels(factors))
    assert gap.max() < 0.05


def test_the_wrong_pivot_moves_a_turned_face_aside() -> None:
    """An engine that turns the head about its own pivot, driven as if that were the head model's."""
    factors = Factors(pose=Pose(yaw=0.5), view=PORTRAIT.view)
    camera = PortraitCamera(
        2.3, np.eye(3, dtype=np.float32), -TARGET - (0, 0, 84), load_head_model().pivot - (0, 0, 2)
    )
    motion = motion_of(factors, PORTRAIT)
    places = (camera.project(camera.seen(POINTS.astype(np.float32), motion)) + 0.5) * SIZE
    assert np.abs(places - studio_pixels(factors)).max() > 2.0


def test_the_portrait_itself_is_neutral() -> None:
    motion = motion_of(WORN, WORN)
    assert np.abs(motion.pose - [0, 0, 0, 0, 0, 0, 1]).max() < 1e-6
    assert np.abs(motion.view - [0, 0, 1]).max() < 1e-6


def test_a_head_that_turns_to_its_left_goes_right_in_both() -> None:
    factors = Factors(pose=Pose(yaw=0.4), view=PORTRAIT.view)
    assert motion_of(factors, PORTRAIT).pose[0] == pytest.approx(0.4, abs=1e-5)
    nose = [pixels[2, 0] - SIZE / 2 for pixels in (studio_pixels(factors), runtime_pixels(factors, PORTRAIT))]
    assert min(nose) > 10


def test_a_shift_is_given_in_portrait_heights() -> None:
    moved = Factors(pose=Pose(x=unit_of(PORTRAIT) * 0.1), view=PORTRAIT.view)
    assert motion_of(moved, PORTRAIT).pose[3] == pytest.approx(0.1, abs=1e-6)


def test_expression_gaze_and_emotion_are_copied() -> None:
    emotion = np.eye(8, dtype=np.float32)[2] * 0.7
    articulation = np.zeros(52, np.float32)
    articulation[17] = 0.4
    factors = Factors(articulation=articulation, emotion=emotion, gaze=(0.2, -0.1), view=PORTRAIT.view)
    motion = motion_of(factors, PORTRAIT)
    assert np.array_equal(motion.expression, factors.expression())
    assert motion.gaze == pytest.approx((0.2, -0.1))
    assert motion.emotion[2] == pytest.approx(0.7)


def test_the_head_in_camera_space_combines_pose_and_view() -> None:
    both = Factors(pose=Pose(yaw=0.5), view=CameraView(azimuth=0.5))
    assert head_in_camera(both) == pytest.approx((0, 0, 0), abs=1e-6)
    assert head_in_camera(Factors(pose=Pose(pitch=0.2))) == pytest.approx((0, 0.2, 0), abs=1e-6)


def test_a_portrait_from_the_side_is_refused() -> None:
    with pytest.raises(MeasureError, match="azimuth"):
        motion_of(PORTRAIT, Factors(view=CameraView(azimuth=0.3)))
