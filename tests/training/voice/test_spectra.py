"""What a batch changes in a crop's spectra, and what it must leave: the times of the sounds."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.log_mel import BANDS
from protocol.visemes import VISEME_INDEX
from training.voice.spectra import _moved, _ringing, _sharpened, _with_other_stops, varied

SPOKEN = slice(40, 90)


def crop() -> tuple[np.ndarray, np.ndarray]:
    """200 spectra: quiet, a vowel with two formants from 40 to 90, quiet."""
    axis = np.arange(BANDS)
    formants = np.exp(-(((axis - 10) / 2.0) ** 2)) + np.exp(-(((axis - 22) / 2.0) ** 2))
    spectra = np.full((200, BANDS), -1.2, np.float32)
    spectra[SPOKEN] = (-0.2 + formants).astype(np.float32)
    viseme = np.zeros(200, np.uint8)
    viseme[SPOKEN] = VISEME_INDEX["aa"]
    return spectra, viseme


def test_speech_stays_where_it_was_however_it_is_changed() -> None:
    """Over many speakers, the loudest and the quietest halves of the crop are as before."""
    spectra, viseme = crop()
    for seed in range(60):
        made = varied(spectra, viseme, np.random.default_rng(seed))
        assert made.shape == spectra.shape
        assert made.dtype == np.float32
        # the rise is at its time: a room rings after it, never before
        before, after = made[30:38].mean(), made[42:50].mean()
        assert after > before + 0.05, seed


def test_no_two_speakers_are_alike() -> None:
    spectra, viseme = crop()
    one, same, other = (varied(spectra, viseme, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).mean() > 0.05


def test_formants_move_together_and_a_little_apart() -> None:
    spectra, _ = crop()
    distances = []
    for seed in range(200):
        made = _moved(spectra, np.random.default_rng(seed))[60]
        low, high = made[:16].argmax(), 16 + made[16:].argmax()
        distances.append(high - low)
        assert abs(low - 10) <= 5
        assert abs(high - 22) <= 7
    assert len(set(distances)) > 2
    assert np.mean(distances) == pytest.approx(12.0, abs=0.5)


def test_sharper_formants_stand_out_more_and_a_factor_of_one_changes_nothing() -> None:
    spectra, _ = crop()
    np.testing.assert_allclose(_sharpened(spectra, 1.0), spectra, atol=1e-5)
    heights = [float(np.ptp(_sharpened(spectra, factor)[60])) for factor in (0.5, 1.0, 1.5)]
    assert heights == sorted(heights)
    assert heights[2] > 1.3 * heights[1]


def test_a_room_rings_for_its_time_and_by_its_level() -> None:
    spectra, _ = crop()
    made = _ringing(spectra, 13.0, 0.3)
    np.testing.assert_array_equal(made[:90], spectra[:90])  # nothing is heard before
    # 13 dB below at once, and 60 dB lower in 0.3 s: 10 dB in 6 steps of 1/120 s
    at = made[[90, 96], 10]
    assert spectra[89, 10] - at[0] == pytest.approx(13.0 / 26.06 + 60.0 / 26.06 / 36, abs=0.01)
    assert at[0] - at[1] == pytest.approx(10.0 / 26.06, abs=0.01)


def test_only_stops_and_their_bursts_are_changed() -> None:
    spectra, viseme = crop()
    spectra[SPOKEN], viseme[SPOKEN] = spectra[SPOKEN], VISEME_INDEX["aa"]
    spectra[60:70], viseme[60:70] = -1.2, VISEME_INDEX["PP"]
    changed = np.zeros(200, bool)
    for seed in range(40):
        changed |= (_with_other_stops(spectra, viseme, np.random.default_rng(seed)) != spectra).any(1)
    assert changed[60:70].all()
    assert not changed[:60].any()
    assert not changed[72:].any()
