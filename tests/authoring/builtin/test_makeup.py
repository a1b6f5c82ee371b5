from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.builtin.head import build_head
from authoring.builtin.makeup import no_makeup, paint_makeup, resampled
from authoring.builtin.surface import pixels_of
from authoring.portrait.canvas import EXTENDED_PX
from face.landmarks import load_landmarks


def test_a_resampled_line_keeps_its_ends_and_has_even_steps() -> None:
    line = np.stack([np.linspace(0, 10, 5) ** 2, np.zeros(5)], 1).astype(np.float32)
    even = resampled(line, 50)
    assert even.shape == (50, 2)
    assert even[[0, -1]] == pytest.approx(line[[0, -1]], abs=1e-3)
    steps = np.linalg.norm(np.diff(even, axis=0), axis=1)
    assert steps == pytest.approx(np.full(49, 100 / 49), rel=0.01)


def test_corners_are_rounded() -> None:
    corner = np.float32([[0, 0], [10, 0], [10, 10]])
    assert np.linalg.norm(resampled(corner, 81) - (10, 0), axis=1).min() > 0.1


def test_masks_lie_at_the_heads_features() -> None:
    head = build_head()
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX]
    eyes = []
    for side in (0, 1):
        x, y = pixels_of(head, head.eye_centres[side][None], 1)[0]
        eyes.append(((columns - x) / 60) ** 2 + ((rows - y) / 40) ** 2 < 1)
    makeup = paint_makeup(head, 1, (eyes[0], eyes[1]))
    points = pixels_of(head, load_landmarks().of(head.vertices), 1).round().astype(int)
    lower_lip = tuple((points[14] + points[17])[::-1] // 2)  # MediaPipe's inner and outer lower lip
    assert makeup.lips[lower_lip] > 0.9
    assert makeup.lips[tuple(points[1][::-1])] == 0  # the tip of the nose
    assert makeup.lashes[eyes[0] | eyes[1]].sum() < makeup.lashes.sum()
    nose = points[1, 1]
    for upper in (makeup.brows, makeup.crease, makeup.waterline):
        assert upper[nose:].max() == 0
        assert upper[:nose].max() > 0.3
    assert makeup.mouth_line[:nose].max() == 0
    for mask in (makeup.brows, makeup.lashes, makeup.lips):
        assert 0 <= mask.min() <= mask.max() <= 1


def test_no_makeup_is_empty() -> None:
    assert no_makeup(1).lips.shape == (EXTENDED_PX, EXTENDED_PX)
    assert not no_makeup(1).lashes.any()
