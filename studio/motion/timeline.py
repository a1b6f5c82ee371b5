"""Timeline: events planned one after the other, only as far as somebody has looked.

    timeline = Timeline(plan(random))          # an iterator of (begin_s, event), begins rising
    timeline.between(2.0, 3.0)

The plan is always drawn from its beginning, so the events do not depend on which times are asked for first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Generic, TypeVar

Event = TypeVar("Event")


class Timeline(Generic[Event]):
    """Events in the order of their beginnings."""

    def __init__(self, plan: Iterator[tuple[float, Event]]) -> None:
        """Args:
        plan: endless; (when an event begins, the event).
        """
        self._plan = plan
        self._begins: list[float] = []
        self._events: list[Event] = []

    def between(self, low_s: float, high_s: float) -> list[Event]:
        """The events that begin from `low_s` on and before `high_s`."""
        while not self._begins or self._begins[-1] < high_s:
            begin_s, event = next(self._plan)
            self._begins.append(begin_s)
            self._events.append(event)
        return self._events[bisect_left(self._begins, low_s) : bisect_left(self._begins, high_s)]


def smooth(share: float) -> float:
    """0 to 1 without a corner or a kink in speed: the minimum-jerk curve, 0 before 0 and 1 after 1.

    Source: T. Flash, N. Hogan, "The coordination of arm movements", J. Neuroscience 5, 1985.
    """
    x = min(max(share, 0.0), 1.0)
    return x * x * x * (10.0 - 15.0 * x + 6.0 * x * x)
