from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bridge.trackers.prefetch import prefetched
from tests.waiting import until


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_every_item_arrives_in_order() -> None:
    assert list(prefetched(range(200), depth=3)) == list(range(200))
    assert threads() == []


def test_an_error_is_raised_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield from range(4)
        raise OSError("the disk failed")

    items = prefetched(broken(), depth=2)
    assert [next(items) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(OSError, match="the disk failed"):
        next(items)


def test_exceptions_as_items_are_not_raised() -> None:
    error = ValueError("an item")
    assert list(prefetched([error, None], depth=2)) == [error, None]


def test_no_more_than_depth_items_are_computed_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    iterator = prefetched(items(), depth=3)
    assert next(iterator) == 0
    until(lambda: len(made) >= 5)  # one read, three queued, one waiting to be queued
    assert len(made) == 5
    iterator.close()  # type: ignore[attr-defined]


def test_ending_the_iteration_early_ends_the_thread() -> None:
    iterator = prefetched(range(10_000), depth=2)
    next(iterator)
    iterator.close()  # type: ignore[attr-defined]
    assert threads() == []
