from __future__ import annotations

import numpy as np
import pytest

from bridge.devices.log_mel import HOP, RATE
from measure.voice.methods import METHODS, heard_by
from measure.voice.recordings import Recording
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX
from tests.bridge.devices.test_vowel_mouth import HILLENBRAND, spoken
from tests.bridge.devices.test_vowel_mouth import RATE as VOWEL_RATE

JAW = INDEX["jawOpen"]


@pytest.fixture(scope="module")
def vowel() -> Recording:
    """[a] from 0.5 to 1 s."""
    part = spoken(HILLENBRAND["aa"][0], 120.0, 0.5)
    at = np.arange(RATE // 2) / RATE * VOWEL_RATE
    samples = np.zeros(3 * RATE // 2, np.float32)
    samples[RATE // 2 : RATE] = np.interp(at, np.arange(len(part)), part)
    count = len(samples) // HOP
    return Recording("xx", "v", samples, np.zeros((count, 52), np.float32), np.zeros(count, np.uint8),
                     np.zeros(count, bool))  # fmt: skip


@pytest.mark.parametrize("name", ["five vowels", "loudness"])
def test_the_jaw_opens_at_the_recording_s_own_time(name: str, vowel: Recording) -> None:
    made = heard_by(METHODS[name], vowel)
    jaw = made.coefficients[:, JAW]
    assert jaw.shape == (180,)
    opens = np.flatnonzero(jaw > jaw.max() / 2)[0] / 120
    assert opens == pytest.approx(0.5, abs=0.04)
    assert jaw[80:110].min() > 0.2 > jaw[:55].max()
    assert made.viseme[90] == VISEME_INDEX["aa"]
    assert made.viseme[20] == VISEME_INDEX["sil"]
    assert made.late_s > 0.0
    assert made.share >= 0.0
