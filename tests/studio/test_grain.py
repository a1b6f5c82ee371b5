from __future__ import annotations

import numpy as np

from studio.grain import _filtered


def test_a_band_holds_the_power_and_the_noise_repeats() -> None:
    low, high = 10.0, 28.0
    field = _filtered(1, (low, high), (1.0, 1.0))
    assert field.shape == (256, 256)
    assert 0.0 <= field.min() < field.max() <= 1.0
    power = np.abs(np.fft.fft2(field - field.mean())) ** 2
    cycles = np.fft.fftfreq(256) * 256
    radius = np.hypot(*np.meshgrid(cycles, cycles))
    inside = (radius > low / 2) & (radius < 1.5 * high)
    assert power[inside].sum() > 0.9 * power.sum()
    # across the border the values change no more than elsewhere: the texture tiles
    steps = np.abs(np.diff(field, axis=1)).mean()
    assert np.abs(field[:, 0] - field[:, -1]).mean() < 1.3 * steps


def test_stretched_noise_changes_slowly_along_one_axis() -> None:
    field = _filtered(2, (1.0, 60.0), (3.5, 0.06))
    along_y, along_x = (np.abs(np.diff(field, axis=axis)).mean() for axis in (0, 1))
    assert along_x > 5 * along_y
