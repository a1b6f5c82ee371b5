"""What several threads ask for at the same time is one call; an error belongs to those of the call."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from runtime.inference import drawn_together
from runtime.inference.drawn_together import DrawnTogether
from tests.waiting import PATIENCE_S, until

WHO = [object() for _ in range(8)]


class Held:
    """Computes when it may, and remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.may_go = threading.Event()
        self.fails_on: int | None = None

    def __call__(self, asked: Sequence[int]) -> None:
        self.calls.append(list(asked))
        assert self.may_go.wait(PATIENCE_S)
        if self.fails_on in asked:
            raise ValueError(f"no {self.fails_on}")


def ask(together: DrawnTogether[int], number: int, held: Held, ended: dict[int, str]) -> threading.Thread:
    def draw() -> None:
        try:
            together.draw(number, held, who=WHO[number])
            ended[number] = "drawn"
        except ValueError as error:
            ended[number] = str(error)

    thread = threading.Thread(target=draw)
    thread.start()
    return thread


def ask_one_after_the_other(
    together: DrawnTogether[int], numbers: range, held: Held, ended: dict[int, str]
) -> list[threading.Thread]:
    """They wait in this order."""
    threads = []
    for at, number in enumerate(numbers):
        threads.append(ask(together, number, held, ended))
        until(lambda count=at + 1: len(together._waiting) == count)  # type: ignore[misc]
    return threads


def test_one_alone_does_not_wait_for_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_together, "GATHER_S", PATIENCE_S)
    held = Held()
    held.may_go.set()
    together = DrawnTogether[int](most=4)
    began_s = time.monotonic()
    for number in (7, 8):
        together.draw(number, held, who=WHO[0])
    assert time.monotonic() - began_s < PATIENCE_S
    assert held.calls == [[7], [8]]
    assert together.last == 1


def test_those_who_come_meanwhile_are_the_next_call_in_their_order_and_no_more_than_fit() -> None:
    held, ended = Held(), dict[int, str]()
    together = DrawnTogether[int](most=3)
    first = ask(together, 0, held, ended)
    until(lambda: held.calls == [[0]])
    threads = ask_one_after_the_other(together, range(1, 6), held, ended)
    assert ended == {}
    held.may_go.set()
    for thread in (first, *threads):
        thread.join(PATIENCE_S)
    assert held.calls == [[0], [1, 2, 3], [4, 5]]
    assert ended == dict.fromkeys(range(6), "drawn")


def test_faces_that_ask_again_and_again_come_into_one_call_and_stay_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without waiting for each other they would take turns for ever: one computes while the other one asks."""
    monkeypatch.setattr(drawn_together, "GATHER_S", PATIENCE_S)
    calls: list[list[int]] = []
    together = DrawnTogether[int](most=4)
    has_begun, count = threading.Event(), 6

    def compute(asked: Sequence[int]) -> None:
        calls.append(sorted(asked))
        if len(calls) == 1:
            has_begun.set()
            until(lambda: len(together._waiting) == 1)  # the other one comes while the first is computed

    def face(number: int, times: int) -> None:
        for _ in range(times):
            together.draw(number, compute, who=WHO[number])

    first = threading.Thread(target=face, args=(0, count + 1))
    first.start()
    assert has_begun.wait(PATIENCE_S)
    second = threading.Thread(target=face, args=(1, count))
    second.start()
    for thread in (first, second):
        thread.join(PATIENCE_S)
    assert calls == [[0], *[[0, 1]] * count]


def test_who_has_left_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    held, ended = Held(), dict[int, str]()
    together = DrawnTogether[int](most=4)
    first = ask(together, 0, held, ended)
    until(lambda: held.calls == [[0]])
    threads = ask_one_after_the_other(together, range(1, 3), held, ended)
    held.may_go.set()
    for thread in (first, *threads):
        thread.join(PATIENCE_S)
    assert held.calls[-1] == [1, 2]
    together.draw(2, held, who=WHO[2])  # waits for a moment
    monkeypatch.setattr(drawn_together, "GATHER_S", PATIENCE_S)
    began_s = time.monotonic()
    together.draw(2, held, who=WHO[2])
    assert time.monotonic() - began_s < PATIENCE_S
    assert held.calls[2:] == [[2], [2]]


def test_an_error_is_raised_in_each_thread_of_the_call_and_the_next_call_goes_on() -> None:
    held, ended = Held(), dict[int, str]()
    held.fails_on = 2
    together = DrawnTogether[int](most=2)
    first = ask(together, 0, held, ended)
    until(lambda: held.calls == [[0]])
    threads = ask_one_after_the_other(together, range(1, 4), held, ended)
    held.may_go.set()
    for thread in (first, *threads):
        thread.join(PATIENCE_S)
    assert ended == {0: "drawn", 1: "no 2", 2: "no 2", 3: "drawn"}


def test_what_compute_raises_reaches_a_caller_that_is_alone() -> None:
    def fail(asked: Sequence[int]) -> None:
        raise ValueError("no card")

    together = DrawnTogether[int](most=1)
    for _ in range(2):
        with pytest.raises(ValueError, match="no card"):
            together.draw(1, fail, who=WHO[0])
