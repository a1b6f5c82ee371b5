from __future__ import annotations

from protocol.messages import ControlMessage
from runtime.intake.sequence_guard import MAX_DRIVERS, SequenceGuard

SECOND = 1_000_000_000


def numbered(sequence: int, source: str = "s", ttl_s: float = 1.0) -> ControlMessage:
    return ControlMessage(layer="pose", source=source, values={"yaw": 0.1}, sequence=sequence, ttl_s=ttl_s)


def test_older_and_repeated_messages_are_refused() -> None:
    guard = SequenceGuard()
    assert [guard.accepts(numbered(n), 0) for n in (5, 6, 6, 5, 9, 7, 10)] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip


def test_messages_without_a_sequence_always_pass() -> None:
    guard = SequenceGuard()
    assert all(guard.accepts(numbered(n), 0) for n in (0, 5, 0, 6, 0))


def test_a_restarted_driver_is_accepted_after_its_time_to_live() -> None:
    guard = SequenceGuard()
    assert guard.accepts(numbered(1000, ttl_s=0.5), 0)
    assert not guard.accepts(numbered(1), SECOND // 4)
    assert guard.accepts(numbered(2), SECOND // 2)


def test_a_long_time_to_live_refuses_a_restarted_driver_for_one_second_only() -> None:
    guard = SequenceGuard()
    assert guard.accepts(numbered(1000, ttl_s=60.0), 0)
    assert not guard.accepts(numbered(1, ttl_s=60.0), SECOND - 1)
    assert guard.accepts(numbered(2, ttl_s=60.0), SECOND)


def test_sources_are_counted_apart_and_bounded() -> None:
    guard = SequenceGuard()
    for i in range(MAX_DRIVERS):
        assert guard.accepts(numbered(5, f"source {i}"), 0)
    assert guard.accepts(numbered(6, "source 0"), 0)
    assert guard.accepts(numbered(5, "one more"), 0)  # forgets source 1, which was silent longest
    assert not guard.accepts(numbered(5, "source 0"), 0)
    assert guard.accepts(numbered(5, "source 1"), 0)
