"""OneEuroFilter against the paper's scalar algorithm, written out."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from runtime.control.one_euro import OneEuroFilter, SmoothingSettings, channel_filter


def reference(samples: list[float], dts: list[float], min_cutoff: float, beta: float) -> list[float]:
    """Algorithm 1 of Casiez et al. 2012 for one channel, beginning at rest at 0."""

    def alpha(cutoff: float, dt: float) -> float:
        tau = 1.0 / (2 * pi * cutoff)
        return 1.0 / (1.0 + tau / dt)

    out, x_hat, dx_hat = [], 0.0, 0.0
    for x, dt in zip(samples, dts, strict=True):
        dx = (x - x_hat) / dt
        dx_hat = alpha(1.0, dt) * dx + (1 - alpha(1.0, dt)) * dx_hat
        a = alpha(min_cutoff + beta * abs(dx_hat), dt)
        x_hat = a * x + (1 - a) * x_hat
        out.append(x_hat)
    return out


def test_the_vector_filter_agrees_with_the_paper() -> None:
    rng = np.random.default_rng(0)
    samples = np.cumsum(rng.standard_normal((300, 3)) * 0.05, axis=0).astype(np.float32)
    dts = rng.uniform(0.005, 0.05, 300)
    cutoffs, betas = np.array([0.5, 1.2, 3.0]), np.array([0.0, 8.0, 0.3])
    smooth = OneEuroFilter(cutoffs, betas)
    got = np.zeros_like(samples)
    for row, dt in enumerate(dts):
        smooth(samples[row], float(dt), out=got[row])
    for channel in range(3):
        expected = reference(samples[:, channel].tolist(), dts.tolist(), cutoffs[channel], betas[channel])
        np.testing.assert_allclose(got[:, channel], expected, atol=1e-5)


def test_it_works_in_place_and_repeats_its_output_when_no_time_passes() -> None:
    smooth = OneEuroFilter(np.array([1.0]), np.array([0.0]))
    smooth.seed(np.array([0]), np.array([0.5], np.float32))
    values = np.array([2.0], np.float32)
    smooth(values, 0.0, out=values)
    assert values[0] == 0.5


def test_a_blink_passes_and_noise_does_not() -> None:
    dt = 1 / 60
    blink = [0.0, 0.3, 0.8, 1.0, 1.0, 1.0, 0.7, 0.3, 0.0]
    smooth = channel_filter(1.0)
    values = np.zeros(74, np.float32)
    out = np.zeros(74, np.float32)
    smooth.seed(np.arange(74), values)
    peak = 0.0
    for share in blink:
        values[7] = share  # eyeBlinkLeft follows the seven of the pose
        smooth(values, dt, out=out)
        peak = max(peak, float(out[7]))
    assert peak > 0.9


@pytest.mark.parametrize(
    ("source", "strength", "expected"),
    [("webcam", 1.0, True), ("webcam 2", 1.0, True), ("script", 1.0, False), ("webcam", 0.0, False)],
)
def test_a_source_is_smoothed_by_its_prefix(source: str, strength: float, expected: bool) -> None:
    assert SmoothingSettings(strength=strength).applies_to(source) is expected


def test_no_source_is_smoothed_when_none_is_listed() -> None:
    assert SmoothingSettings(sources=()).applies_to("webcam") is False
