from __future__ import annotations

from math import exp, hypot

import numpy as np
import pytest

from face.coarticulation import TimedPhone, blended
from face.mouth_controls import CONTROLS
from face.phones import PHONES, SILENCE
from protocol.visemes import VISEMES

JAW, CLOSURE = CONTROLS.index("jaw"), CONTROLS.index("closure")
TIMED = [TimedPhone(PHONES["p"], 0.0, 0.08), TimedPhone(PHONES["a"], 0.08, 0.25, 0.8)]


def test_one_moment_is_the_sum_of_cohen_and_massaro_written_out() -> None:
    time_s, weight, summed = 0.1, 0.0, 0.0
    for phone, begin_s, end_s, loudness in TIMED:
        outside_s = max(begin_s - time_s, time_s - end_s, 0.0)
        dominance = phone.dominance[JAW] * exp(-(hypot(outside_s, 0.012) - 0.012) / phone.reach_s[JAW])
        weight += dominance
        summed += dominance * phone.targets[JAW] * loudness
    assert blended(TIMED, np.array([time_s])).controls[0, JAW] == pytest.approx(summed / weight, abs=1e-6)


def test_a_moment_alone_is_the_same_as_among_others() -> None:
    times_s = np.arange(0.0, 0.5, 0.01)
    together = blended(TIMED, times_s)
    for number, time_s in enumerate(times_s):
        alone = blended(TIMED, np.array([time_s]))
        assert np.array_equal(alone.controls[0], together.controls[number])
        assert alone.viseme[0] == together.viseme[number]


def test_lips_are_shut_in_a_p_and_everything_rests_long_after_the_last_sound() -> None:
    made = blended([*TIMED, TimedPhone(SILENCE, 0.25, 2.0)], np.array([0.04, 0.16, 1.5]))
    assert [VISEMES[one] for one in made.viseme] == ["PP", "aa", "sil"]
    assert made.controls[0, CLOSURE] == 1.0
    assert made.controls[1, CLOSURE] < 0.1
    assert not made.controls[2].any()
    assert made.moving.tolist() == [1.0, 1.0, 0.0]
