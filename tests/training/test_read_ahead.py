from __future__ import annotations

import threading

import pytest

from tests.waiting import until
from training.read_ahead import ReadAhead


def test_batches_come_in_order_from_the_first_one_asked_for() -> None:
    threads = set()

    def make(number: int) -> int:
        threads.add(threading.get_ident())
        return number * number

    with ReadAhead(make, begin=3) as batches:
        assert [batches.next() for _ in range(5)] == [9, 16, 25, 36, 49]
    assert threads.isdisjoint({threading.get_ident()})


def test_only_a_few_are_made_before_they_are_asked_for() -> None:
    made: list[int] = []
    with ReadAhead(lambda number: made.append(number) or number) as batches:
        until(lambda: len(made) == 4)  # three wait, one more is ready to be put
        assert batches.next() == 0
        until(lambda: len(made) == 5)
    count = len(made)
    assert count <= 9  # closing makes room for the rest of what was begun, and no more are made
    batches.close()
    assert len(made) == count


def test_an_error_is_raised_where_the_batch_is_taken() -> None:
    def make(number: int) -> int:
        if number == 1:
            raise ValueError("a damaged picture")
        return number

    with ReadAhead(make) as batches:
        assert batches.next() == 0
        with pytest.raises(ValueError, match="a damaged picture"):
            batches.next()
