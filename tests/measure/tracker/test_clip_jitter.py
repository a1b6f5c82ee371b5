from __future__ import annotations

import numpy as np
import pytest

from measure.tracker.clip_jitter import jitter_row, stillest
from tests.measure.tracker.runs_by_hand import reading_of, still_face


def moved(count: int, still: slice) -> np.ndarray:
    points = still_face(count)
    points += np.random.default_rng(2).normal(0, 5, (count, 1, 2))
    points[still] = points[still.start]
    return points


def test_jitter_is_that_of_the_stillest_second() -> None:
    random = np.random.default_rng(3)
    network = random.uniform(0, 1, (90, 52))
    calm = 0.4 + random.normal(0, 0.01, (400, 52))
    network[35:55] = calm[:20]
    reading = reading_of(network, np.full((90, 52), 0.3), moved(90, slice(35, 55)), fps=20.0)
    assert stillest(reading) == 35
    row = jitter_row(reading)
    assert row is not None
    assert row.begin_s == pytest.approx(35 / 20)
    assert row.network == pytest.approx(0.01 * np.sqrt(2), rel=0.15)  # of a difference of two
    assert row.mediapipe == 0.0


def test_a_clip_of_less_than_a_second_has_none() -> None:
    zeros = np.zeros((9, 52))
    assert jitter_row(reading_of(zeros, zeros, still_face(9), fps=20.0)) is None
