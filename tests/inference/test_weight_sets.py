"""The table of weight sets holds what a user needs to find one, and no name leads out of its folder."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from inference.weight_sets import WEIGHT_SETS, WeightSet, weight_sets


@pytest.mark.parametrize("weights", WEIGHT_SETS, ids=lambda one: one.key)
def test_a_row_says_what_a_user_needs(weights: WeightSet) -> None:
    assert weights.licence
    assert weights.sources
    assert any(one.is_required for one in weights.files)
    for one in weights.files:
        assert not PurePosixPath(one.name).is_absolute()
        assert ".." not in PurePosixPath(one.name).parts
        assert re.fullmatch("[0-9a-f]{64}|", one.sha256), one.name


def test_keys_and_file_names_are_unique() -> None:
    keys = [one.key for one in WEIGHT_SETS]
    assert len(set(keys)) == len(keys)
    for weights in WEIGHT_SETS:
        names = [PurePosixPath(one.name).name for one in weights.files]
        assert len(set(names)) == len(names)


def test_sets_of_one_engine_only() -> None:
    assert {one.engine for one in weight_sets("liveportrait")} == {"liveportrait"}
    assert weight_sets("no-such-engine") == ()
    assert weight_sets() == WEIGHT_SETS
