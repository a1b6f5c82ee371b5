from __future__ import annotations

import numpy as np
import pytest

from face.camera import PortraitCamera, angles, rotation
from face.conditions import (
    CHANNELS_IN,
    CODE,
    CONDITION_PX,
    EMOTION,
    EXPRESSION,
    GAZE,
    HEAD,
    LABEL_STEP,
    PARTS,
    POSE,
    as_planes,
    frame_code,
)
from face.motion import Motion
from protocol.channels import CHANNEL_INDEX

HELD = rotation(0.15, -0.1, 0.05)
CAMERA = PortraitCamera(2.2, HELD, np.array([1, 2, -90], np.float32), np.array([0, -2, 0], np.float32))


def moved(**values: float) -> Motion:
    """`pose_yaw=0.1` -> a Motion with it."""
    motion = Motion.neutral()
    for name, value in values.items():
        layer, channel = name.split("_")
        motion.values[CHANNEL_INDEX[layer][channel]] = value
    return motion


def code_of(motion: Motion) -> np.ndarray:
    return frame_code(motion, CAMERA, out=np.full(CODE, np.nan, np.float32))


def test_planes_are_what_the_table_says_pixel_by_pixel() -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (3, CONDITION_PX, CONDITION_PX, 4)).astype(np.uint8)
    pictures[1, ..., 3] = random.integers(0, len(PARTS) + 1, pictures.shape[1:3]) * LABEL_STEP
    planes = as_planes(pictures, out=np.full((CHANNELS_IN, CONDITION_PX, CONDITION_PX), np.nan, np.float32))
    for row, column in random.integers(0, CONDITION_PX, (200, 2)).tolist():
        draft, target, portrait = pictures[:, row, column].astype(float)
        part = round(target[3] / LABEL_STEP)
        wanted = list(draft / 255)
        wanted += list(target[:3] / 127.5 - 1 if part else [0, 0, 0])
        wanted += list(portrait[:3] / 127.5 - 1 if part else [0, 0, 0])
        wanted.append(portrait[3] / 255 if part else 0)
        wanted += [float(part == number + 1) for number in range(len(PARTS))]
        assert planes[:, row, column] == pytest.approx(wanted, abs=1e-6)


def test_every_label_fits_a_byte() -> None:
    assert LABEL_STEP * len(PARTS) <= 255


def test_the_portraits_own_motion_has_no_pose_and_the_held_head() -> None:
    yaw, pitch, roll = angles(HELD)
    code = code_of(moved(pose_yaw=yaw, pose_pitch=pitch, pose_roll=roll))
    assert code[POSE] == pytest.approx([0] * 6, abs=1e-6)
    assert code[HEAD] == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_a_camera_that_follows_a_turned_head_sees_it_from_the_front() -> None:
    code = code_of(moved(pose_yaw=0.5, view_azimuth=0.5))
    assert code[HEAD] == pytest.approx((0, 0, 0), abs=1e-6)
    assert abs(code[POSE][0]) > 0.3  # against the portrait it is turned all the same


def test_the_rest_of_the_code_is_the_motion() -> None:
    motion = moved(pose_x=0.1, pose_y=-0.2, pose_scale=2.0, gaze_yaw=0.3, gaze_pitch=-0.1)
    motion.expression[:] = np.linspace(0, 1, 52)
    motion.emotion[1] = 0.4
    code = code_of(motion)
    assert code[EXPRESSION] == pytest.approx(motion.expression)
    assert code[GAZE] == pytest.approx((0.3, -0.1))
    assert code[EMOTION] == pytest.approx(motion.emotion[:8])
    assert code[POSE][3:] == pytest.approx((0.1, -0.2, np.log(2.0)))
    assert np.isfinite(code).all()


def test_a_scale_of_zero_gives_a_finite_code() -> None:
    assert np.isfinite(code_of(moved(pose_scale=0.0))).all()
