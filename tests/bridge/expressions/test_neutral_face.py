from __future__ import annotations

import numpy as np
import pytest

from bridge.calibration.profile import load_profile
from bridge.expressions.neutral_face import ENOUGH, NeutralFace
from protocol.blendshapes import INDEX
from vision.head_pose import HeadPose

AHEAD = HeadPose(0.0, 0.0, 0.0, 0.0, 0.0, -0.5)
CALM = np.zeros(52, np.float32)


def with_shape(name: str, value: float) -> np.ndarray:
    face = CALM.copy()
    face[INDEX[name]] = value
    return face


def test_neutral_is_the_median_of_a_calm_face() -> None:
    neutral = NeutralFace(load_profile())
    for value in (1.0, 5.0, 2.0):
        learned = neutral(CALM, AHEAD, np.float32([value]))
    assert learned is not None
    assert learned.tolist() == [2.0]
    assert neutral.share == pytest.approx(3 / ENOUGH)


def test_neutral_does_not_change_after_enough_pictures() -> None:
    neutral = NeutralFace(load_profile())
    for _ in range(ENOUGH):
        neutral(CALM, AHEAD, np.float32([1.0]))
    learned = neutral(CALM, AHEAD, np.float32([9.0]))
    assert neutral.share == 1.0
    assert learned is not None
    assert learned.tolist() == [1.0]


@pytest.mark.parametrize(
    ("blendshapes", "pose"),
    [
        (with_shape("mouthSmileLeft", 0.6), AHEAD),
        (with_shape("jawOpen", 0.5), AHEAD),
        (with_shape("eyeBlinkRight", 0.7), AHEAD),
        (with_shape("eyeLookOutLeft", 0.7), AHEAD),
        (CALM, AHEAD._replace(yaw=0.4)),
        (CALM, AHEAD._replace(pitch=-0.5)),
        (CALM, AHEAD._replace(yaw=float("nan"))),
    ],
)
def test_face_with_an_expression_is_not_learned(blendshapes: np.ndarray, pose: HeadPose) -> None:
    neutral = NeutralFace(load_profile())
    assert neutral(blendshapes, pose, np.float32([1.0])) is None
    assert neutral.share == 0.0


def test_brows_may_rest_anywhere() -> None:
    assert NeutralFace(load_profile())(with_shape("browInnerUp", 0.95), AHEAD, np.float32([1.0])) is not None
