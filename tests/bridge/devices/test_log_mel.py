from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.log_mel import BANDS, HOP, RATE, WINDOW, LogMel


def slow(samples: np.ndarray, hop: int) -> np.ndarray:
    """One spectrum by a sum over frequencies, written out: the band energies of window `hop`."""
    padded = np.concatenate([np.zeros(WINDOW - HOP), samples])
    window = padded[hop * HOP : hop * HOP + WINDOW] * np.hanning(WINDOW)
    lines = np.arange(1024 // 2 + 1) * RATE / 1024
    phases = np.exp(-2j * np.pi * np.outer(lines, np.arange(WINDOW)) / RATE)
    power = np.abs(phases @ window) ** 2 / np.sum(np.hanning(WINDOW) ** 2)
    edges = 700 * np.expm1(np.linspace(np.log1p(70 / 700), np.log1p(7600 / 700), BANDS + 2))
    bands = []
    for low, centre, high in zip(edges, edges[1:], edges[2:], strict=False):
        low, high = min(low, centre - 1.5 * RATE / 1024), max(high, centre + 1.5 * RATE / 1024)
        weights = np.clip(
            np.minimum((lines - low) / (centre - low), (high - lines) / (high - centre)), 0, None
        )
        bands.append(power @ weights / weights.sum())
    return (np.log(np.array(bands) + 1e-9) + 10) / 6


def test_bands_are_the_energies_of_triangular_filters() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 10 * HOP)
    made = LogMel()(samples)
    assert made.shape == (10, BANDS)
    assert made.dtype == np.float32
    for hop in (0, 5, 9):
        np.testing.assert_allclose(made[hop], slow(samples, hop), atol=1e-4)


def test_blocks_of_any_number_of_hops_give_the_same() -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 12 * HOP)
    whole, mel = LogMel()(samples), LogMel()
    parts = [mel(samples[first * HOP : last * HOP]) for first, last in ((0, 1), (1, 1), (1, 4), (4, 12))]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)
    mel.reset()
    np.testing.assert_allclose(mel(samples), whole, atol=1e-5)


def test_a_tone_is_loudest_in_its_band_and_silence_is_finite() -> None:
    time_s = np.arange(20 * HOP) / RATE
    loudest = [int(LogMel()(0.5 * np.sin(2 * np.pi * hz * time_s))[-1].argmax()) for hz in (200, 1000, 4000)]
    assert loudest == sorted(loudest)
    assert len(set(loudest)) == 3
    assert LogMel()(np.zeros(HOP))[0] == pytest.approx((np.log(1e-9) + 10) / 6)
