from __future__ import annotations

from itertools import islice

from bridge.takes.replay import send_due
from protocol.messages import ControlMessage
from protocol.take import Recorded
from protocol.take_schedule import DueMessage, ReplayPlan, schedule

BEGIN_NS = 1_700_000_000_000_000_000
NOW_NS = 1_800_000_000_000_000_000


def recorded(seconds: float, *, lag_ns: int | None = None) -> Recorded:
    at_ns = BEGIN_NS + round(seconds * 1e9)
    captured_ns = 0 if lag_ns is None else at_ns - lag_ns
    message = ControlMessage(
        layer="pose", source="cam", values={"yaw": seconds}, sequence=7, capture_time_ns=captured_ns
    )
    return Recorded(at_ns, message)


def replayed(messages: list[DueMessage]) -> tuple[list[ControlMessage], list[tuple[float, int]]]:
    """The sent messages and the progress reports, by a clock that moves only while waiting."""
    now_s = 0.0
    sent: list[ControlMessage] = []
    reports: list[tuple[float, int]] = []

    def wait(seconds: float) -> bool:
        nonlocal now_s
        now_s += seconds
        return False

    count = send_due(
        messages,
        sent.append,
        wait=wait,
        clock_s=lambda: now_s,
        unix_ns=lambda: NOW_NS + round(now_s * 1e9),
        progress=lambda place_s, sent: reports.append((place_s, sent)),
    )
    assert count == len(sent)
    return sent, reports


def test_sequence_numbers_rise_through_all_rounds_and_above_an_earlier_replay() -> None:
    take = [recorded(index / 60) for index in range(8)]
    sent, _ = replayed(list(islice(schedule(take, ReplayPlan(loop=True)), 20)))
    first = NOW_NS // 1_000_000
    assert [message.sequence for message in sent] == list(range(first, first + 20))


def test_capture_times_are_new_and_keep_the_recorded_delay() -> None:
    sent, _ = replayed(list(schedule([recorded(0.0, lag_ns=7_000_000), recorded(0.5)], ReplayPlan())))
    assert [message.capture_time_ns for message in sent] == [NOW_NS - 7_000_000, 0]


def test_progress_counts_what_is_sent() -> None:
    _, reports = replayed(list(schedule([recorded(0.0), recorded(0.05)], ReplayPlan())))
    assert reports == [(0.0, 1), (0.05, 1), (0.05, 2)]
