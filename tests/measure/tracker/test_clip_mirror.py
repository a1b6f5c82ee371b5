"""A network that answers a mirror with a mirror image differs by nothing; one that confuses sides by what it confuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measure.tracker.clip_mirror import mirror_row, mirrored_pictures
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from tests.measure.tracker.runs_by_hand import run_of

OTHER = [INDEX[mirrored(name)] for name in BLENDSHAPES]


def test_the_mirror_image_of_an_answer_is_no_difference() -> None:
    plain = run_of(np.random.default_rng(0).uniform(0, 1, (30, 52)))
    other = replace(
        plain, expression=plain.expression[:, OTHER], pose=plain.pose * (-1, 1, -1), gaze=plain.gaze * (-1, 1)
    )
    row = mirror_row(plain, other)
    assert (row.difference, row.pose_deg, row.gaze_deg) == (0.0, 0.0, 0.0)
    assert row.spread > 0.2
    same = mirror_row(plain, plain)
    assert same.difference > 0.2
    assert same.pose_deg > row.pose_deg


def test_the_coefficient_that_differs_most_is_named() -> None:
    plain = run_of(np.zeros((10, 52)))
    biased = plain.expression.copy()
    biased[:, INDEX["jawLeft"]] = 0.44
    row = mirror_row(plain, replace(plain, expression=biased))
    assert row.difference == pytest.approx(0.01)
    assert next(iter(row.worst.items())) == ("jawRight", 0.44)


def test_pictures_are_turned_round() -> None:
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    ((time_s, found),) = mirrored_pictures([(0.5, picture)])
    assert time_s == 0.5
    assert (found[:, 0] == picture[:, 3]).all()
