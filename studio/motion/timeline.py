"""Timeline: an endless sequence of events, generated as far as it has been read.

    timeline = Timeline(plan(random))          # an iterator of (begin_s, event), begins rising
    timeline.between(2.0, 3.0)

Events are always generated in order from the first, so they do not depend on the order in which times are read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Generic, TypeVar

Event = TypeVar("Event")


class Timeline(Generic[Event]):
    """Events in the order of their begins."""

    def __init__(self, plan: Iterator[tuple[float, Event]]) -> None:
        """Read events from an endless iterator.

        Args:
            plan: (begin in seconds, event), begins rising.
        """
        self._plan = plan
        self._begins: list[float] = []
        self._events: list[Event] = []

    def between(self, low_s: float, high_s: float) -> list[Event]:
        """The events with low_s <= begin < high_s."""
        while not self._begins or self._begins[-1] < high_s:
            begin_s, event = next(self._plan)
            self._begins.append(begin_s)
            self._events.append(event)
        return self._events[bisect_left(self._begins, low_s) : bisect_left(self._begins, high_s)]


def minimum_jerk(share: float) -> float:
    """0 to 1 without a corner or a kink in speed: the minimum-jerk curve, 0 before 0 and 1 after 1.

    Source: T. Flash, N. Hogan, "The coordination of arm movements", J. Neuroscience 5, 1985.
    """
    x = min(max(share, 0.0), 1.0)
    return x * x * x * (10.0 - 15.0 * x + 6.0 * x * x)
