from __future__ import annotations

import numpy as np
import pytest

from face.motion import Motion
from measure.methods.copy import open_method


def test_every_frame_is_the_portrait_scaled_down_by_averaging() -> None:
    portrait = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    with open_method(16, None) as method:
        method.prepare(portrait)
        frames = list(method.frames([Motion.neutral()] * 3, fps=25.0))
    mean = portrait.reshape(16, 4, 16, 4, 3).mean((1, 3))
    assert len(frames) == 3
    for frame in frames:
        assert frame[..., :3] == pytest.approx(mean, abs=1.0)
        assert (frame[..., 3] == 255).all()


def test_a_frame_belongs_to_the_caller() -> None:
    with open_method(8, None) as method:
        method.prepare(np.full((8, 8, 3), 50, np.uint8))
        first, second = method.frames([Motion.neutral()] * 2, fps=25.0)
    first[:] = 0
    assert second.max() == 255
    assert (second[..., :3] == 50).all()
