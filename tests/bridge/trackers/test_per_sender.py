from __future__ import annotations

from bridge.trackers.per_sender import MAX_SENDERS, PerSender


def test_each_sender_has_its_own_value() -> None:
    states: PerSender[list[int]] = PerSender(lambda _: [])
    states["a"].append(1)
    states["b"].append(2)
    assert (states["a"], states["b"]) == ([1], [2])
    assert dict(states.items()) == {"a": [1], "b": [2]}


def test_least_recently_used_sender_is_evicted_first() -> None:
    states: PerSender[list[int]] = PerSender(lambda _: [])
    for n in range(MAX_SENDERS):
        states[str(n)].append(n)
    assert states["0"] == [0]  # used again: "1" is the oldest now
    assert states["new"] == []
    assert len(states) == MAX_SENDERS
    assert states["0"] == [0]
    assert states["1"] == []


def test_a_new_value_is_made_from_the_senders_name() -> None:
    assert PerSender(str.upper)["phone"] == "PHONE"
