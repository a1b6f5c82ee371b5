"""How many bands a frame computes follows what frames cost."""

from __future__ import annotations

from runtime.tha.band_rate import BandRate
from runtime.tha.student import BANDS


def settled(base_ms: float, band_ms: float, limit_ms: float = 40.0) -> BandRate:
    rate = BandRate(limit_ms)
    for _ in range(500):
        rate.frame_took(base_ms + band_ms * rate.bands)
    return rate


def test_all_bands_until_a_frame_was_slow() -> None:
    assert BandRate(40.0).bands == BANDS


def test_a_fast_machine_draws_whole_bodies() -> None:
    assert settled(base_ms=10.0, band_ms=1.0).bands == BANDS


def test_a_slow_machine_draws_one_band() -> None:
    assert settled(base_ms=80.0, band_ms=20.0).bands == 1


def test_between_them_frames_stay_about_the_limit() -> None:
    rate = settled(base_ms=20.0, band_ms=4.0)
    assert 3 <= rate.bands <= 6


def test_a_machine_that_is_much_too_slow_is_relieved_within_a_few_frames() -> None:
    rate = BandRate(40.0)
    for _ in range(3):
        rate.frame_took(400.0)
    assert rate.bands == 1


def test_it_recovers() -> None:
    rate = settled(base_ms=80.0, band_ms=20.0)
    for _ in range(100):
        rate.frame_took(5.0)
    assert rate.bands == BANDS
