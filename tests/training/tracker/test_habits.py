from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from training.tracker.habits import add_habit


@pytest.fixture(scope="module")
def habits() -> NDArray[np.float32]:
    random = np.random.default_rng(0)
    drawn = np.zeros((2000, len(BLENDSHAPES)), np.float32)
    for articulation in drawn:
        add_habit(articulation, random)
    return drawn


def test_every_habit_stays_in_range_and_moves_several_shapes_or_one_clearly(
    habits: NDArray[np.float32],
) -> None:
    assert habits.min() >= 0.0
    assert habits.max() <= 1.0
    assert ((habits > 0.05).sum(axis=1) >= 2).mean() > 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cheekPuff", "mouthPucker"),
        ("browInnerUp", "browOuterUpLeft"),
        ("mouthLeft", "jawLeft"),
        ("mouthRight", "jawRight"),
    ],
)
def test_shapes_that_people_move_together_are_drawn_together(
    habits: NDArray[np.float32], one: str, other: str
) -> None:
    assert (np.minimum(habits[:, INDEX[one]], habits[:, INDEX[other]]) > 0.2).sum() > 20


def test_one_sided_habits_are_drawn_on_either_side_alike(habits: NDArray[np.float32]) -> None:
    for name in ("mouthLeft", "jawLeft", "eyeBlinkLeft", "browOuterUpLeft"):
        left, right = habits[:, INDEX[name]].sum(), habits[:, INDEX[mirrored(name)]].sum()
        assert 0.7 < left / right < 1.4, name
    assert np.minimum(habits[:, INDEX["jawLeft"]], habits[:, INDEX["jawRight"]]).max() == 0.0
