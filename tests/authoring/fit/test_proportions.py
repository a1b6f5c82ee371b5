from __future__ import annotations

import numpy as np
import pytest

from authoring.fit.proportions import face_proportions
from face.head_model import load_head_model
from face.landmarks import load_landmarks

MODEL = load_head_model()
CHIN, LIPS, FOREHEAD = 152, (13, 14), 10  # MediaPipe's landmarks


def test_chin_mouth_and_height_are_where_the_landmarks_are() -> None:
    found = face_proportions(MODEL, MODEL.vertices)
    points = load_landmarks().of(MODEL.vertices)
    assert found.chin == pytest.approx(points[CHIN, 1], abs=1.5)
    assert found.mouth == pytest.approx(points[list(LIPS), 1].mean(), abs=0.4)
    assert found.chin + found.height > points[FOREHEAD, 1]


def test_moving_and_stretching_the_head_moves_and_stretches_them() -> None:
    plain = face_proportions(MODEL, MODEL.vertices)
    changed = face_proportions(MODEL, MODEL.vertices * np.float32([1, 2, 1]) + np.float32([0, 3, 0]))
    assert changed.chin == pytest.approx(2 * plain.chin + 3, abs=1e-3)
    assert changed.height == pytest.approx(2 * plain.height, abs=1e-3)
    assert changed.mouth == pytest.approx(2 * plain.mouth + 3, abs=1e-3)
