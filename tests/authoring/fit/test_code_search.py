"""The search against functions whose lowest place is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from authoring.fit.code_search import FoundCode, search_code

RANDOM = np.random.default_rng(5)
SIZE = 6
START = RANDOM.uniform(-0.4, 0.4, SIZE).astype(np.float32)
TRUE = START + RANDOM.uniform(-0.5, 0.5, SIZE).astype(np.float32)
#: Two frames, each seeing other directions of a code; none sees the last one.
FRAMES = [RANDOM.normal(size=(40, SIZE)).astype(np.float32) for _ in range(2)]
for one in FRAMES:
    one[:, -1] = 0.0


def curved(frame: np.ndarray, codes: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [np.tanh(0.3 * frame @ code) - np.tanh(0.3 * frame @ TRUE) for code in codes]


def search(
    rounds: int = 4, is_over: Callable[[], bool] = lambda: False, steps: list[str] | None = None
) -> FoundCode:
    said = [] if steps is None else steps
    return search_code(START, curved, FRAMES, rounds=rounds, is_over=is_over, progress=said.append)


def test_the_true_code_is_approached_and_what_is_not_seen_stays() -> None:
    found = search()
    assert found.rounds >= 2
    assert not found.is_stopped
    assert found.values.dtype == np.float32
    seen = slice(0, SIZE - 1)
    assert np.linalg.norm((found.values - TRUE)[seen]) < 0.6 * np.linalg.norm((START - TRUE)[seen])
    assert found.values[-1] == pytest.approx(START[-1], abs=1e-6)
    before, after = found.cost
    assert after < 0.3 * before
    wanted = np.mean([np.mean(np.square(curved(frame, [found.values])[0])) for frame in FRAMES])
    assert after == pytest.approx(float(wanted), rel=1e-5)


def test_the_same_rounds_give_the_same_code() -> None:
    assert np.array_equal(search(rounds=2).values, search(rounds=2).values)
    assert not np.array_equal(search(rounds=1).values, search(rounds=2).values)


def test_a_code_stays_within_what_networks_give() -> None:
    far = np.full(SIZE, 9.0, np.float32)
    found = search_code(
        START,
        lambda frame, codes: [frame @ (code - far) for code in codes],
        FRAMES,
        rounds=2,
        is_over=lambda: False,
        progress=lambda _: None,
    )
    assert found.rounds > 0
    assert np.abs(found.values).max() == 1.0


def test_a_code_that_cannot_be_bettered_stays() -> None:
    found = search_code(TRUE, curved, FRAMES, rounds=3, is_over=lambda: False, progress=lambda _: None)
    assert found.rounds == 0
    assert np.array_equal(found.values, TRUE)


def test_pictures_that_do_not_answer_end_the_search() -> None:
    found = search_code(
        START,
        lambda frame, codes: [np.ones(7, np.float32) for _ in codes],
        FRAMES,
        rounds=3,
        is_over=lambda: False,
        progress=lambda _: None,
    )
    assert (found.rounds, found.is_stopped) == (0, False)
    assert np.array_equal(found.values, START)


@pytest.mark.parametrize("asked", [0, 1, 3])
def test_a_round_that_is_not_finished_does_not_count(asked: int) -> None:
    """Two frames, looked at twice a round: four questions."""
    answers = iter([False] * asked + [True] * 10)
    found = search(is_over=lambda: next(answers))
    assert (found.rounds, found.is_stopped) == (0, True)
    assert np.array_equal(found.values, START)


def test_finished_rounds_count_when_time_runs_out() -> None:
    answers = iter([False] * 5 + [True] * 10)
    found = search(is_over=lambda: next(answers))
    assert (found.rounds, found.is_stopped) == (1, True)
    assert np.array_equal(found.values, search(rounds=1).values)


def test_every_step_is_said() -> None:
    steps: list[str] = []
    search(rounds=1, steps=steps)
    assert len(steps) == 2
    assert all("round 1 of 1" in step for step in steps)
