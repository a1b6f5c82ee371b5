"""Paintings: close to their picture from afar, made of strokes from near, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

import cv2

from authoring.builtin.brush import painted, rough_outline
from authoring.builtin.design import BrushDesign

BRUSH = BrushDesign()
SIDE = 160


def picture() -> np.ndarray:
    """Two tones with an edge at an angle, and a small dark eye."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    tone = np.where(columns + 0.5 * rows > 120, 0.8, 0.3)[..., None] * np.float32([1.0, 0.8, 0.6])
    tone[np.hypot(rows - 40, columns - 130) < 4] = 0.02
    return tone.astype(np.float32)


def test_it_is_the_picture_from_afar_and_strokes_from_near() -> None:
    wanted, done = picture(), painted(picture(), BRUSH, seed=1)
    assert done.shape == wanted.shape
    assert done.dtype == np.float32
    assert 0 <= done.min() <= done.max() <= 1
    afar = [cv2.GaussianBlur(one, (0, 0), 8) for one in (wanted, done)]
    assert np.abs(afar[0] - afar[1]).mean() < 0.03
    flat = (slice(90, 150), slice(110, 150))  # one tone in the picture
    assert wanted[flat].std((0, 1)).max() < 1e-4
    assert done[flat].std((0, 1)).min() > 0.01


def test_what_is_finer_than_the_brush_stays() -> None:
    assert painted(picture(), BRUSH, seed=1)[40, 130].max() < 0.2


def test_the_same_seed_paints_the_same_strokes() -> None:
    one, same, other = (painted(picture(), BRUSH, seed=seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_no_stroke_begins_where_nothing_is_shown() -> None:
    shown = np.zeros((SIDE, SIDE), np.float32)
    shown[:, : SIDE // 2] = 1
    far = (slice(None), slice(SIDE * 7 // 8, None))
    blurred = cv2.GaussianBlur(np.full((SIDE, SIDE, 3), 0.5, np.float32), (0, 0), 3)
    done = painted(blurred, BRUSH, seed=1, shown=shown)
    assert done[:, : SIDE // 2].std() > 0.01
    assert done[far].std() < 1e-3


def test_an_outline_is_displaced_by_about_a_pixel_or_two() -> None:
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[:, SIDE // 2 :] = 1
    rough = rough_outline(alpha, BRUSH, seed=1)
    starts = (rough < 0.5).sum(1) - SIDE // 2
    assert 0.5 < starts.std() < 3
    assert abs(starts.mean()) < 1.5
    assert rough[:, : SIDE // 2 - 12].max() == 0
    assert rough[:, SIDE // 2 + 12 :].min() == 1
