"""Doorbell: from shared memory to the one function that listens."""

from __future__ import annotations

from runtime.publishers.doorbell import Doorbell


def test_the_newest_listener_is_called_and_none_is_allowed() -> None:
    first: list[tuple[int, int]] = []
    second: list[tuple[int, int]] = []
    doorbell = Doorbell()
    doorbell.notify(9, 1)
    doorbell.listen(lambda session_id, number: first.append((session_id, number)))
    doorbell.notify(9, 2)
    doorbell.listen(lambda session_id, number: second.append((session_id, number)))
    doorbell.notify(9, 3)
    doorbell.listen(None)
    doorbell.notify(9, 4)
    assert (first, second) == ([(9, 2)], [(9, 3)])
