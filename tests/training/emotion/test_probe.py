from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from face.emotion_shapes import expression_of
from training.emotion.probe import trained_probe


def moods(seed: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """(16, 30, 52) noisy faces of the eight emotions at a strength, and which they are."""
    random = np.random.default_rng(seed)
    intensities = np.zeros((16, 30, 8), np.float32)
    faces = np.zeros((16, 30, 52), np.float32)
    for take in range(16):
        intensities[take, :, take % 8] = 0.8
        expression_of(np.eye(8, dtype=np.float32)[take % 8] * 0.8, faces[take, 0])
        faces[take] = faces[take, :1] * strength
    return faces + random.normal(0.0, 0.05, faces.shape).astype(np.float32), intensities


def test_emotions_are_told_apart_and_their_absence_is_chance() -> None:
    assert trained_probe(*moods(0, 1.0), steps=80).accuracy(*moods(1, 1.0)) > 0.95
    assert trained_probe(*moods(0, 0.0), steps=80).accuracy(*moods(1, 0.0)) < 0.3
