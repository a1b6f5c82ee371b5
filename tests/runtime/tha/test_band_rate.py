"""How many bands a frame computes follows what frames cost."""

from __future__ import annotations

from runtime.tha.band_rate import LEAST, BandRate
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


def per_frame(rate: BandRate, base_ms: float, band_ms: float, frames: int = 400) -> tuple[float, float]:
    """Bands and milliseconds of a frame, on average."""
    bands, spent_ms = 0, 0.0
    for _ in range(frames):
        bands += rate.bands
        took_ms = base_ms + band_ms * rate.bands
        spent_ms += took_ms
        rate.frame_took(took_ms)
    return bands / frames, spent_ms / frames


def test_where_even_the_face_is_too_slow_the_body_still_comes() -> None:
    bands, _ = per_frame(settled(base_ms=80.0, band_ms=20.0), 80.0, 20.0)
    assert bands == LEAST
    assert settled(base_ms=80.0, band_ms=20.0).frames == BANDS / LEAST


def test_where_the_face_is_fast_enough_and_a_band_is_not_bands_come_now_and_then() -> None:
    """A face of 30 ms and bands of 25: one band in every frame would be 55."""
    bands, frame_ms = per_frame(settled(base_ms=30.0, band_ms=25.0), 30.0, 25.0)
    assert LEAST <= bands < 1.0
    assert frame_ms < 45.0


def test_between_them_frames_stay_about_the_limit() -> None:
    rate = settled(base_ms=20.0, band_ms=4.0)
    assert 3 <= rate.bands <= 6


def test_a_machine_that_is_much_too_slow_is_relieved_within_a_few_frames() -> None:
    rate = BandRate(40.0)
    for _ in range(3):
        rate.frame_took(400.0)
    assert rate.bands <= 1


def test_it_recovers() -> None:
    rate = settled(base_ms=80.0, band_ms=20.0)
    for _ in range(150):
        rate.frame_took(5.0)
    assert rate.bands == BANDS
