from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from vision.face_outline import face_outline


def test_the_hull_of_the_corners_is_filled_wherever_the_other_points_lie() -> None:
    corners = np.array([(10, 20), (50, 20), (50, 60), (10, 60)], np.float32)
    inner = np.random.default_rng(0).uniform((12, 22), (48, 58), (40, 2)).astype(np.float32)
    mask = face_outline(np.concatenate([inner, corners]), 80)
    assert mask.dtype == np.float32
    assert mask[21:59, 11:49].min() == 1.0
    outside = mask.copy()
    outside[18:62, 8:52] = 0  # OpenCV softens an edge over two pixels
    assert outside.max() == 0.0
    assert mask.sum() == pytest.approx(40 * 40, rel=0.08)


def test_a_face_beyond_the_picture_is_cut_off() -> None:
    points = np.array([(-40, -40), (20, -40), (20, 20), (-40, 20)], np.float32)
    mask = face_outline(points, 64)
    assert mask[:19, :19].min() == 1.0
    assert mask[22:, :].max() == 0.0
