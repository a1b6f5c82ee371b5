from __future__ import annotations

from bridge.trackers.per_sender import MAX_SENDERS, PerSender


def test_each_sender_has_its_own() -> None:
    states: PerSender[list[int]] = PerSender(list)
    states["a"].append(1)
    states["b"].append(2)
    assert (states["a"], states["b"]) == ([1], [2])
    assert dict(states.items()) == {"a": [1], "b": [2]}


def test_the_one_that_was_silent_longest_is_forgotten_first() -> None:
    states: PerSender[list[int]] = PerSender(list)
    for n in range(MAX_SENDERS):
        states[str(n)].append(n)
    assert states["0"] == [0]  # heard again: "1" is the oldest now
    assert states["new"] == []
    assert len(states) == MAX_SENDERS
    assert states["0"] == [0]
    assert states["1"] == []
