from __future__ import annotations

import numpy as np

from authoring.paint.level import levelled

RANDOM = np.random.default_rng(2)
DETAIL = RANDOM.normal(0, 0.03, (128, 128, 1)).astype(np.float32)
SKIN = np.clip(np.array([0.7, 0.5, 0.4], np.float32) + DETAIL, 0, 1).astype(np.float32)
ALL = np.ones((128, 128), np.float32)


def test_another_exposure_and_a_slope_of_light_are_taken_out() -> None:
    slope = np.linspace(0.75, 1.0, 128, dtype=np.float32)[:, None, None]
    even = levelled(SKIN * slope, SKIN, ALL, blur_px=6.0)
    inner = slice(10, -10)
    assert np.abs(even - SKIN)[inner, inner].mean() < 0.01
    assert np.abs(SKIN * slope - SKIN)[inner, inner].mean() > 0.04


def test_detail_stays() -> None:
    flat = np.broadcast_to(np.array([0.7, 0.5, 0.4], np.float32), SKIN.shape).astype(np.float32)
    even = levelled(0.8 * SKIN, flat, ALL, blur_px=6.0)
    assert even.std(axis=(0, 1)).min() > 0.7 * SKIN.std(axis=(0, 1)).min()


def test_light_goes_on_where_only_one_picture_shows_skin() -> None:
    left = ALL.copy()
    left[:, 64:] = 0
    own = SKIN.copy()
    own[:, 64:] = 0
    even = levelled(0.8 * SKIN, own, left, blur_px=6.0)
    assert np.abs(even[:, 80:] - SKIN[:, 80:]).mean() < 0.02


def test_hue_is_hardly_changed() -> None:
    blue = SKIN * np.array([0.5, 1.0, 1.5], np.float32)
    even = levelled(SKIN, blue.clip(0, 1), ALL, blur_px=6.0)
    assert abs(float((even[..., 2] / even[..., 0]).mean() / (SKIN[..., 2] / SKIN[..., 0]).mean()) - 1) < 0.35


def test_without_anything_in_common_nothing_changes() -> None:
    np.testing.assert_array_equal(levelled(SKIN, 0.5 * SKIN, np.zeros_like(ALL), blur_px=6.0), SKIN)
