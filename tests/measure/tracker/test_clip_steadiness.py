from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measure.tracker.clip_disturbances import HANDS_FROM_S
from measure.tracker.clip_steadiness import steadiness_row
from protocol.blendshapes import INDEX
from tests.measure.tracker.runs_by_hand import run_of


def test_only_what_is_not_hidden_counts_and_only_from_when_it_is() -> None:
    plain = run_of(np.random.default_rng(0).uniform(0, 1, (40, 52)))
    late = plain.times_s >= HANDS_FROM_S
    changed = plain.expression.copy()
    changed[:, INDEX["jawOpen"]] += 0.5
    changed[~late] += 0.3
    covered = replace(plain, expression=changed, seen=np.where(np.arange(4) == 3, 0.1, plain.seen))
    row = steadiness_row("hand on the mouth", plain, covered)
    assert row.difference == pytest.approx(0.0)
    assert row.pictures == int(late.sum())
    assert (row.seen_before, row.seen_after) == (1.0, pytest.approx(0.1))
    eyes = steadiness_row("hand on the left eye", plain, covered)
    assert eyes.difference > 0.0
    assert eyes.seen_after == 1.0  # of the left eye


def test_lost_faces_are_counted_and_not_compared() -> None:
    plain = run_of(np.full((20, 52), 0.2))
    is_face = np.arange(20) % 4 != 0
    dark = replace(
        plain, is_face=is_face, expression=np.where(is_face[:, None], plain.expression + 0.1, np.nan)
    )
    row = steadiness_row("dark", plain, dark)
    assert row.lost == pytest.approx(0.25)
    assert row.difference == pytest.approx(0.1)
    blind = steadiness_row("dark", plain, replace(dark, is_face=np.zeros(20, bool)))
    assert blind.lost == 1.0
    assert np.isnan(blind.difference)
