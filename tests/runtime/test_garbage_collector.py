"""GarbageCollector collects in pauses only, and restores the automatic collection."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from runtime.garbage_collector import PAUSE_S, GarbageCollector


class Node:
    """A reference cycle: only the garbage collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    made = GarbageCollector()
    made.start()
    yield made
    made.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_nothing_is_collected_without_a_pause(collector: GarbageCollector) -> None:
    node = weakref.ref(Node())
    keep = [[] for _ in range(5000)]
    collector.collect_if_worthwhile(0.0)
    assert node() is not None
    collector.collect_if_worthwhile(PAUSE_S)
    assert node() is None
    assert len(keep) == 5000


def test_few_new_objects_are_not_worth_a_collection(collector: GarbageCollector) -> None:
    node = weakref.ref(Node())
    collector.collect_if_worthwhile(1.0)
    assert node() is not None
