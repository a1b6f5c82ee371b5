from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.preview import POSES, face_psnr_db, found_expression, motion_of
from face.landmarks import FACE_OVAL
from face.motion import NEUTRAL
from protocol.blendshapes import INDEX
from protocol.channels import CHANNELS


def test_psnr_counts_only_the_face() -> None:
    landmarks = np.zeros((478, 2), np.float32)
    around = np.linspace(0, 2 * np.pi, len(FACE_OVAL), endpoint=False)
    landmarks[list(FACE_OVAL)] = 0.25 * np.stack([np.sin(around), -np.cos(around)], 1)
    drawn = np.full((512, 512, 4), 255, np.uint8)
    drawn[..., :3] = 110
    reference = np.full((1024, 1024, 3), 100, np.uint8)
    assert face_psnr_db(drawn, reference, landmarks) == pytest.approx(20 * np.log10(25.5), abs=0.01)
    drawn[:100] = 0
    assert face_psnr_db(drawn, reference, landmarks) == pytest.approx(20 * np.log10(25.5), abs=0.01)


def test_every_pose_of_the_preview_moves_something_within_its_limits() -> None:
    for pose in POSES[1:]:
        values = motion_of(pose).values
        assert (values != NEUTRAL).any()
        assert all(c.low <= v <= c.high for c, v in zip(CHANNELS, values, strict=True))


def test_found_expressions_come_strongest_first() -> None:
    weights = np.zeros(52, np.float32)
    weights[[INDEX["jawOpen"], INDEX["browInnerUp"], INDEX["cheekPuff"]]] = 0.3, 0.8, 0.1
    assert [name for name, _ in found_expression(weights, 0.15)] == ["browInnerUp", "jawOpen"]
