from __future__ import annotations

import itertools

import pytest

from runtime.engines.eased_share import DURATION_S, EasedShare


def test_it_takes_half_a_second_and_never_jumps() -> None:
    share = EasedShare()
    values = [share.at(0.0, is_on=False)]
    values += [share.at(frame / 60, is_on=True) for frame in range(1, 61)]
    values += [share.at(1 + frame / 60, is_on=False) for frame in range(1, 61)]
    assert values[0] == values[-1] == 0.0
    assert values[30] == 1.0 > values[28]
    assert max(abs(b - a) for a, b in itertools.pairwise(values)) < 0.06
    assert share.at(2.1, is_on=False) == 0.0


def test_a_change_of_mind_goes_back_from_where_it_is() -> None:
    share = EasedShare()
    share.at(0.0, is_on=False)
    for frame in range(1, 16):
        half = share.at(frame / 60, is_on=True)
    assert half == pytest.approx(0.5, abs=0.01)
    assert share.at(16 / 60, is_on=False) == pytest.approx(half, abs=0.06)


def test_a_frame_that_comes_late_does_not_jump() -> None:
    share = EasedShare()
    share.at(0.0, is_on=False)
    assert share.at(20.0, is_on=True) < 0.06


def test_a_new_sequence_begins_with_what_is_wanted() -> None:
    share = EasedShare()
    assert share.at(5.0, is_on=True) == 1.0
    assert share.at(5.0 + DURATION_S, is_on=False) < 1.0
    assert share.at(0.0, is_on=True) == 1.0
