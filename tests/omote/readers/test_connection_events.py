from __future__ import annotations

from omote.readers.connection_events import KEPT, ConnectionEvents


def test_events_are_returned_once_and_only_the_last_are_kept() -> None:
    events = ConnectionEvents()
    for number in range(1000):
        events.add(str(number))
    assert events.take() == [str(number) for number in range(1000 - KEPT, 1000)]
    assert events.take() == []
