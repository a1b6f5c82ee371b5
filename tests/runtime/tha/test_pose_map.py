"""Which parameter each channel moves, with which sign, and that nothing jumps."""

from __future__ import annotations

from math import radians

import numpy as np
import pytest

from face.motion import Motion
from protocol.channels import CHANNELS
from runtime.tha.parameters import NAMES, PARAMETERS, THA
from runtime.tha.pose_map import BREATH_HZ, FACE_AT, breathing_at, write_matrix, write_pose
from tests.motions import motion

SIGNED = {"iris_rotation_x", "iris_rotation_y", "head_x", "head_y", "neck_z", "body_y", "body_z"}


def pose(**values: float) -> np.ndarray:
    made = np.full(PARAMETERS, np.nan, np.float32)
    write_pose(motion(**values), 0.0, out=made)
    return made


def moved(**values: float) -> dict[str, float]:
    """The parameters that are not zero."""
    made = pose(**values)
    return {NAMES[k]: round(float(made[k]), 3) for k in np.flatnonzero(made)}


@pytest.mark.parametrize(
    ("channel", "parameters"),
    [
        ("expression_eyeBlinkLeft", {"eye_wink_left"}),
        ("expression_eyeBlinkRight", {"eye_wink_right"}),
        ("expression_eyeWideRight", {"eye_surprised_right"}),
        ("expression_cheekSquintLeft", {"eye_raised_lower_eyelid_left"}),
        ("expression_jawOpen", {"mouth_aaa"}),
        ("expression_mouthFunnel", {"mouth_uuu"}),
        ("expression_mouthPucker", {"mouth_uuu"}),
        ("expression_mouthSmileLeft", {"mouth_raised_corner_left"}),
        ("expression_mouthFrownRight", {"mouth_lowered_corner_right"}),
        ("expression_mouthLowerDownLeft", {"mouth_iii"}),
        ("expression_browInnerUp", {"eyebrow_troubled_left", "eyebrow_troubled_right"}),
        ("expression_browOuterUpLeft", {"eyebrow_raised_left"}),
        ("expression_browDownRight", {"eyebrow_angry_right", "eyebrow_serious_right"}),
        ("emotion_happy", {"eyebrow_happy_left", "eyebrow_happy_right"}),
        ("emotion_afraid", {"iris_small_left", "iris_small_right"}),
        ("gaze_yaw", {"iris_rotation_y"}),
        ("gaze_pitch", {"iris_rotation_x"}),
        ("pose_yaw", {"head_y", "body_y"}),
        ("pose_pitch", {"head_x"}),
        ("pose_roll", {"neck_z", "body_z"}),
        ("view_azimuth", {"head_y", "body_y"}),
        ("view_elevation", {"head_x"}),
        ("pose_x", set()),
        ("pose_scale", set()),
        ("view_distance", set()),
    ],
)
def test_a_channel_moves_its_parameters_alone(channel: str, parameters: set[str]) -> None:
    assert set(moved(**{channel: 0.6})) == parameters


def test_signs() -> None:
    """+ y of the character turns it to its right; + x looks up; + z tilts to its right shoulder."""
    assert moved(pose_yaw=0.3)["head_y"] < 0 < moved(pose_yaw=-0.3)["head_y"]
    assert moved(pose_pitch=0.3)["head_x"] > 0
    assert moved(pose_roll=0.3)["neck_z"] > 0
    assert moved(gaze_yaw=0.3)["iris_rotation_y"] < 0
    assert moved(gaze_pitch=0.3)["iris_rotation_x"] > 0
    # a camera at the character's left sees its head as if it were turned to the right
    assert moved(view_azimuth=0.3)["head_y"] == pytest.approx(moved(pose_yaw=-0.3)["head_y"])


def test_a_jaw_is_shared_out_by_the_lips() -> None:
    made = moved(
        expression_jawOpen=0.3, expression_mouthPucker=0.5, expression_mouthStretchLeft=0.4,
        expression_mouthStretchRight=0.4,
    )  # fmt: skip
    assert sum(made.get(f"mouth_{name}", 0.0) for name in ("aaa", "eee", "ooo")) == pytest.approx(
        0.5, abs=0.002
    )
    assert made["mouth_ooo"] > made["mouth_eee"] > 0
    assert moved(expression_jawOpen=0.5, expression_mouthClose=0.5) == {}


def test_eyes_that_shut_in_a_smile_are_arcs() -> None:
    smile = {f"expression_mouthSmile{side}": 1.0 for side in ("Left", "Right")}
    made = moved(expression_eyeBlinkLeft=1.0, **smile)
    assert made["eye_happy_wink_left"] == 1.0
    assert "eye_wink_left" not in made


def test_anger_sharpens_lowered_brows() -> None:
    calm, angry = moved(expression_browDownLeft=0.7), moved(expression_browDownLeft=0.7, emotion_angry=1.0)
    assert calm["eyebrow_angry_left"] == calm["eyebrow_serious_left"] == 0.5
    assert angry["eyebrow_angry_left"] == 1.0
    assert "eyebrow_serious_left" not in angry


def test_every_motion_stays_in_the_ranges() -> None:
    random = np.random.default_rng(0)
    low, high = np.array([(c.low, c.high) for c in CHANNELS]).T
    made = np.zeros(PARAMETERS, np.float32)
    for _ in range(200):
        one = Motion.neutral()
        one.values[:] = np.where(random.random(len(low)) < 0.5, random.uniform(low, high), one.values)
        write_pose(one, 1.0, out=made)
        assert np.isfinite(made).all()
        for name, place in THA.items():
            assert (-1.0 if name in SIGNED else 0.0) <= made[place] <= 1.0, name


def test_nothing_jumps() -> None:
    """A small step of all channels is a small step of all parameters."""
    random = np.random.default_rng(1)
    low, high = np.array([(c.low, c.high) for c in CHANNELS]).T
    before, after = (np.zeros(PARAMETERS, np.float32) for _ in range(2))
    for _ in range(200):
        one = Motion.neutral()
        one.values[:] = random.uniform(low, high)
        write_pose(one, 0.0, out=before)
        one.values[:] = np.clip(
            one.values + 1e-4 * (high - low) * random.choice([-1, 1], len(low)), low, high
        )
        write_pose(one, 0.0, out=after)
        assert np.abs(after - before).max() < 3e-3


def test_breath() -> None:
    assert breathing_at(0.0) == 0.0
    assert breathing_at(0.5 / BREATH_HZ) == 1.0
    assert breathing_at(1.0 / BREATH_HZ) == pytest.approx(0.0)
    made = np.zeros(PARAMETERS, np.float32)
    write_pose(Motion.neutral(), 0.25, out=made)
    assert made[THA["breathing"]] == 0.25
    assert np.count_nonzero(made) == 1


def canvas_at(u: float, v: float, **values: float) -> tuple[float, float]:
    m = np.zeros(6, np.float32)
    write_matrix(motion(**values), out=m)
    return float(m[0] * u + m[1] * v + m[2]), float(m[3] * u + m[4] * v + m[5])


def test_the_picture_lies_as_it_is_at_rest_and_when_the_head_turns() -> None:
    for values in ({}, {"pose_roll": radians(20), "pose_yaw": 0.3}):
        assert canvas_at(0.3, -0.7, **values) == pytest.approx((0.3, -0.7))


def test_the_picture_moves_in_portrait_heights() -> None:
    """A quarter of the picture's height to the subject's left and up: half a unit to the right and up."""
    assert canvas_at(0.5, -0.5, pose_x=0.25, pose_y=0.25) == pytest.approx((0.0, 0.0))


@pytest.mark.parametrize("values", [{"pose_scale": 2.0}, {"view_distance": 0.5}, {"pose_z": 1.0}])
def test_the_picture_grows_around_the_face(values: dict[str, float]) -> None:
    assert canvas_at(*FACE_AT, **values) == pytest.approx(FACE_AT)
    across = canvas_at(1.0, 0.0, **values)[0] - canvas_at(0.0, 0.0, **values)[0]
    assert across == pytest.approx(0.5 if "pose_z" not in values else 0.6)
