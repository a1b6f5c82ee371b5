from __future__ import annotations

from argparse import Namespace

import pytest

from training.commands.limits import check_limits
from training.errors import TrainingError

LIMITS = {"count": (1, 8), "learning_rate": (0.001, 0.5)}


@pytest.mark.parametrize(("count", "rate"), [(1, 0.5), (8, 0.001)])
def test_the_limits_themselves_are_allowed(count: int, rate: float) -> None:
    check_limits(Namespace(count=count, learning_rate=rate), LIMITS)


@pytest.mark.parametrize(
    ("count", "rate", "words"),
    [
        (0, 0.1, "--count 0, expected 1 to 8"),
        (9, 0.1, "--count 9, expected 1 to 8"),
        (2, 0.6, "--learning-rate 0.6, expected 0.001 to 0.5"),
        (2, float("nan"), "--learning-rate nan, expected 0.001 to 0.5"),
    ],
)
def test_what_lies_outside_is_named_with_what_is_expected(count: int, rate: float, words: str) -> None:
    with pytest.raises(TrainingError, match=words):
        check_limits(Namespace(count=count, learning_rate=rate), LIMITS)
