from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from face.camera import PortraitCamera, rotation
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from measure.draft_geometry import DraftGeometry
from measure.errors import MeasureError
from measure.head_placement import FittedHead
from protocol.channels import CHANNELS
from studio.camera import TARGET, camera_for_view
from studio.factors import CameraView, Factors, Pose
from studio.head.head_deformer import NECK, PIVOT

SIZE = 512
MODEL = load_head_model()
PORTRAIT = Factors(pose=Pose(yaw=0.1, pitch=-0.05, x=1.0), view=CameraView(distance=84.0))
TURNED = replace(
    PORTRAIT, pose=Pose(yaw=-0.35, pitch=0.1, roll=0.15), view=CameraView(azimuth=0.6, elevation=-0.1)
)
#: Landmarks of the head above the neck, which turn with all of it.
RIGID = load_landmarks().of(MODEL.vertices)[:, 1] > NECK[1]


def studio_landmarks(factors: Factors) -> np.ndarray:
    """Where the studio would draw the head model, rigid: (478, 3)."""
    pose = factors.pose
    turned = (load_landmarks().of(MODEL.vertices) - PIVOT) @ rotation(pose.yaw, pose.pitch, pose.roll).T
    world = PIVOT + turned * pose.scale + (pose.x, pose.y, pose.z)
    return camera_for_view(factors.view).project(world.astype(np.float32), SIZE)


def portrait(factors: Factors = PORTRAIT) -> SimpleNamespace:
    """What the geometry reads of a studio's picture."""
    camera = camera_for_view(factors.view)
    picture = np.zeros((SIZE, SIZE, 4), np.uint8)
    return SimpleNamespace(
        factors=factors, image=picture, camera=camera, mediapipe_landmarks=studio_landmarks(factors)
    )


def fitted(*, focal: float = 2.3, away: float = 0.0, wider: float = 1.0) -> FittedHead:
    """The head in its portrait; without error unless it is moved away or made wider."""
    pose = PORTRAIT.pose
    held = rotation(pose.yaw, pose.pitch, pose.roll)
    origin = PIVOT - held @ PIVOT + (pose.x, pose.y, pose.z) - TARGET - (0, 0, PORTRAIT.view.distance)
    neutral = MODEL.vertices * np.array([wider, 1, 1], np.float32)
    camera = PortraitCamera(focal, held, np.asarray(origin + np.array([away, 0, 0]), np.float32), MODEL.pivot)
    return FittedHead(MODEL, camera, neutral, np.zeros(len(CHANNELS), np.float32))


def places(geometry: DraftGeometry, factors: Factors) -> np.ndarray:
    motion = geometry.motion(factors)
    return (geometry.places(geometry.expressed(motion), motion) + 0.5) * SIZE


@pytest.mark.parametrize("factors", [PORTRAIT, TURNED], ids=["portrait", "turned"])
def test_a_head_that_was_fitted_without_error_lies_where_the_studio_draws_it(factors: Factors) -> None:
    gap = places(DraftGeometry(fitted(), portrait()), factors) - studio_landmarks(factors)[:, :2]
    assert np.abs(gap[RIGID]).max() < 0.1


@pytest.mark.parametrize("wrong", [{"away": 1.0}, {"wider": 1.1}, {"focal": 2.0}])
def test_the_portraits_pixels_stay_in_their_place_however_wrong_the_fit_is(wrong: dict[str, float]) -> None:
    """At the portrait's own moment the draft is the portrait: its true landmarks are where they were."""
    gap = places(DraftGeometry(fitted(**wrong), portrait()), PORTRAIT) - studio_landmarks(PORTRAIT)[:, :2]
    assert np.abs(gap).max() < 0.05


def test_a_wrong_fit_shows_when_the_head_turns() -> None:
    gap = places(DraftGeometry(fitted(wider=1.1), portrait()), TURNED) - studio_landmarks(TURNED)[:, :2]
    assert 0.5 < np.abs(gap[RIGID]).max() < 30.0


def test_the_motion_holds_the_fitted_pose_at_the_portraits_moment() -> None:
    motion = DraftGeometry(fitted(), portrait()).motion(PORTRAIT)
    assert motion.pose[:3] == pytest.approx((0.1, -0.05, 0.0), abs=1e-5)
    assert motion.pose[3:] == pytest.approx((0, 0, 0, 1), abs=1e-5)


def test_the_head_takes_the_moments_expression() -> None:
    articulation = np.zeros(52, np.float32)
    articulation[17] = 0.8
    geometry = DraftGeometry(fitted(), portrait())
    spoken = geometry.expressed(geometry.motion(replace(PORTRAIT, articulation=articulation)))
    assert spoken == pytest.approx(MODEL.expressed(MODEL.vertices, articulation), abs=1e-4)


def test_a_portrait_from_the_side_is_refused() -> None:
    with pytest.raises(MeasureError, match="azimuth"):
        DraftGeometry(fitted(), portrait(replace(PORTRAIT, view=CameraView(azimuth=0.3))))
