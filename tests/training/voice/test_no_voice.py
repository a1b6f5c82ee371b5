from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.log_mel import RATE
from training.voice.no_voice import KINDS, without_voice


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_has_its_length_and_follows_from_the_seed(kind: str) -> None:
    made = without_voice(kind, 2 * RATE, np.random.default_rng(5))
    assert made.shape == (2 * RATE,)
    assert made.dtype == np.float32
    assert 0.0 < np.abs(made).max() <= 1.0
    np.testing.assert_array_equal(made, without_voice(kind, 2 * RATE, np.random.default_rng(5)))
    assert not np.array_equal(made, without_voice(kind, 2 * RATE, np.random.default_rng(6)))


def test_silence_is_below_every_voice_and_music_is_loud() -> None:
    level_db = {
        kind: 10 * np.log10(np.mean(np.square(without_voice(kind, RATE, np.random.default_rng(0)))))
        for kind in KINDS
    }
    assert level_db["silence"] < -66.0
    assert level_db["tune"] > -25.0
