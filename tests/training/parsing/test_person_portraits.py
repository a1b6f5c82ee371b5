from __future__ import annotations

from dataclasses import fields
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.made_portraits import made_portrait
from training.errors import TrainingError
from training.parsing.person_portraits import PersonPortraits, open_maker, read_portraits, write_portraits
from training.parsing.studio_portraits import PORTRAIT_PX, VIEWS
from training.person_workers import make_people, people_in


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    made = [made_portrait(seed) for seed in (1, 2)]
    write_portraits(made, tmp_path / "p000001")
    found = read_portraits(tmp_path / "p000001")
    assert len(found) == 2
    for number, portrait in enumerate(made):
        for field in fields(PersonPortraits):
            np.testing.assert_array_equal(
                getattr(found.portrait(number), field.name), getattr(portrait, field.name)
            )
    assert [path.name for path in tmp_path.iterdir()] == ["p000001"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    write_portraits([made_portrait(1)], tmp_path / "p000001")
    (tmp_path / "p000001" / "part.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(TrainingError, match=r"part\.npy cannot be read"):
        read_portraits(tmp_path / "p000001")


def test_a_worker_draws_a_person(small_head: Path, tmp_path: Path) -> None:
    assert make_people(tmp_path, [5], partial(open_maker, small_head, 0), workers=1) == (1, 0)
    found = read_portraits(people_in(tmp_path)[0])
    assert found.person.shape == (VIEWS, PORTRAIT_PX, PORTRAIT_PX, 4)
    assert found.landmarks.shape == (VIEWS, 478, 2)
