"""Bytes to linear light and back."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.tha.pixels import PixelEncoder, to_linear


def encoded(picture: np.ndarray) -> np.ndarray:
    out = np.full((*picture.shape[1:], 4), 77, np.uint8)
    PixelEncoder(len(out)).encode(picture, out=out)
    return out


def test_every_byte_survives() -> None:
    rgba = np.zeros((256, 256, 4), np.uint8)
    rgba[..., 0] = np.arange(256)
    rgba[..., 1] = np.arange(256)[::-1]
    rgba[..., 2] = 200
    rgba[..., 3] = 255
    assert np.array_equal(encoded(to_linear(rgba)), rgba)


def test_known_values_of_srgb() -> None:
    """IEC 61966-2-1: byte 188 is half the light; 10 lies on the straight part."""
    linear = to_linear(np.array([[[188, 10, 255, 255]]], np.uint8))[:, 0, 0]
    assert linear == pytest.approx([0.5029, 10 / 255 / 12.92, 1.0, 1.0], abs=1e-4)


def test_colour_is_kept_where_a_pixel_is_half_transparent() -> None:
    rgba = np.full((4, 4, 4), [180, 90, 30, 100], np.uint8)
    linear = to_linear(rgba)
    opaque = to_linear(np.full((4, 4, 4), [180, 90, 30, 255], np.uint8))
    assert linear[:3] == pytest.approx(opaque[:3] * (100 / 255), abs=1e-6)
    assert np.abs(encoded(linear).astype(int) - rgba).max() <= 1


def test_a_transparent_pixel_is_zero_and_light_above_its_opacity_is_limited() -> None:
    picture = np.zeros((4, 2, 2), np.float32)
    picture[:, 0, 0] = (0.9, 0.1, 0.0, 0.5)  # more red than the opacity allows
    made = encoded(picture)
    assert tuple(made[1, 1]) == (0, 0, 0, 0)
    assert made[0, 0, 0] == 255
    assert made[0, 0, 3] == 128
