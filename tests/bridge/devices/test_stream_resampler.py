from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.stream_resampler import StreamResampler

WANTED = 24000


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 44056])
def test_a_tone_stays_what_it_is_at_its_own_time(rate: int) -> None:
    made = StreamResampler(rate, WANTED)(np.sin(2 * np.pi * 900.0 * np.arange(rate // 2) / rate))
    true = np.sin(2 * np.pi * 900.0 * np.arange(len(made)) / WANTED)
    assert np.abs(made - true)[200:].max() < 2e-3
    late_s = 0.5 - len(made) / WANTED
    assert late_s == pytest.approx(StreamResampler(rate, WANTED).late_s, abs=1.5 / WANTED)
    assert late_s < 0.002


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_blocks_of_any_size_give_the_same_samples(rate: int) -> None:
    samples = np.random.default_rng(0).normal(0, 0.2, rate // 4).astype(np.float32)
    whole, resampler = StreamResampler(rate, WANTED)(samples), StreamResampler(rate, WANTED)
    cuts = np.sort(np.random.default_rng(1).integers(0, len(samples), 30))
    parts = [resampler(block) for block in np.split(samples, cuts)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


def test_what_the_lower_rate_cannot_hold_is_not_folded_back() -> None:
    tone = np.sin(2 * np.pi * 17000.0 * np.arange(24000) / 48000)
    assert np.abs(StreamResampler(48000, WANTED)(tone))[100:].max() < 2e-3
