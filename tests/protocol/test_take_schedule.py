from __future__ import annotations

from itertools import islice, pairwise

import pytest

from protocol.messages import ControlMessage, LayerName
from protocol.take import Recorded
from protocol.take_schedule import LOOP_GAP_S, MAX_WAIT_S, DueMessage, ReplayPlan, paced, schedule

BEGIN_NS = 1_700_000_000_000_000_000
START_S = 5000.0


def message(layer: LayerName, values: dict[str, float], **settings: float) -> ControlMessage:
    return ControlMessage(layer=layer, source="cam", values=values, **settings)  # type: ignore[arg-type]


def at(seconds: float, made: ControlMessage, lag_ms: float = 0.0) -> Recorded:
    arrived_ns = BEGIN_NS + round(seconds * 1e9)
    if lag_ms:
        made = ControlMessage(
            layer=made.layer,
            source=made.source,
            values=made.values,
            ttl_s=made.ttl_s,
            capture_time_ns=arrived_ns - round(lag_ms * 1e6),
        )
    return Recorded(arrived_ns, made)


UNEVEN_S = (0.0, 0.0004, 0.016, 0.05, 0.05, 0.051, 1.7, 1.733)
UNEVEN = [at(s, message("pose", {"yaw": i / 100})) for i, s in enumerate(UNEVEN_S)]


class FakeClock:
    """A clock that moves only while `wait` sleeps; `late_s` is how much longer each sleep lasts than asked."""

    def __init__(self, late_s: float = 0.0, stop_after_s: float = float("inf")) -> None:
        self.now_s = START_S
        self.late_s = late_s
        self.stop_after_s = stop_after_s

    def wait(self, seconds: float) -> bool:
        self.now_s += seconds + (self.late_s if seconds > 0 else 0.0)
        return self.now_s - START_S >= self.stop_after_s


def sent_at(messages: list[DueMessage], clock: FakeClock) -> list[float]:
    """When `paced` yields each message, seconds from its start."""
    return [clock.now_s - START_S for _ in paced(messages, wait=clock.wait, clock_s=lambda: clock.now_s)]


def test_the_schedule_keeps_order_and_spacing_of_the_arrivals() -> None:
    messages = list(schedule(UNEVEN, ReplayPlan()))
    assert [due.message.values for due in messages] == [item.message.values for item in UNEVEN]
    assert sent_at(messages, FakeClock()) == pytest.approx(UNEVEN_S, abs=1e-9)


def test_late_wake_ups_do_not_add_up() -> None:
    dues = list(schedule([at(i / 60, message("pose", {"yaw": 0.1})) for i in range(600)], ReplayPlan()))
    sent_s = sent_at(dues, FakeClock(late_s=0.003))
    # every wait ends 3 ms late; due times count from the start, so the last message is as late as the first
    assert max(s - due.due_s for s, due in zip(sent_s, dues, strict=True)) < 0.0031


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_speed_scales_the_spacing_and_the_times_to_live(speed: float) -> None:
    dues = list(schedule(UNEVEN, ReplayPlan(speed=speed)))
    assert [due.due_s for due in dues] == pytest.approx([s / speed for s in UNEVEN_S], abs=1e-9)
    assert {due.message.ttl_s for due in dues} == {1.0 / speed}
    assert [due.place_s for due in dues] == pytest.approx(UNEVEN_S, abs=1e-9)


def test_a_loop_starts_again_one_camera_picture_after_its_end() -> None:
    count = len(UNEVEN)
    dues = list(islice(schedule(UNEVEN, ReplayPlan(loop=True)), 3 * count))
    rounds = [[due.due_s for due in dues[i * count : (i + 1) * count]] for i in range(3)]
    for before, after in pairwise(rounds):
        assert after[0] - before[-1] == pytest.approx(LOOP_GAP_S)
        assert [s - after[0] for s in after] == pytest.approx(UNEVEN_S, abs=1e-9)


def test_a_loop_over_no_messages_ends() -> None:
    assert list(schedule([], ReplayPlan(loop=True))) == []
    assert list(schedule(UNEVEN, ReplayPlan(loop=True, layers=("gaze",)))) == []


def test_a_capture_time_from_another_clock_is_ignored() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1}), lag_ms=lag) for lag in (-5.0, 60_000.0)]
    assert [due.lag_ns for due in schedule(take, ReplayPlan())] == [None, None]


def test_a_backward_jump_of_the_recording_clock_counts_as_no_time() -> None:
    take = [UNEVEN[0], at(2.0, UNEVEN[0].message), at(-3.0, UNEVEN[0].message), at(-2.5, UNEVEN[0].message)]
    assert [due.due_s for due in schedule(take, ReplayPlan())] == pytest.approx([0.0, 2.0, 2.0, 2.5])


def test_a_choice_of_layers_keeps_their_due_times() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1})), at(0.4, message("emotion", {"happy": 1.0}))]
    (due,) = schedule(take, ReplayPlan(layers=("emotion",), source_prefix="take:"))
    assert (due.due_s, due.message.source) == (pytest.approx(0.4), "take:cam")


def test_a_prefixed_source_is_cut_to_the_longest_valid_name() -> None:
    take = [Recorded(BEGIN_NS, ControlMessage(layer="pose", source="s" * 64, values={"yaw": 0.0}))]
    (due,) = schedule(take, ReplayPlan(source_prefix="take:"))
    assert due.message.source == "take:" + "s" * 59


def test_starting_later_first_sends_the_values_that_are_still_valid() -> None:
    take = [
        at(0.0, message("emotion", {"happy": 1.0}, ttl_s=10.0)),
        at(0.5, message("emotion", {"relaxed": 0.5}, ttl_s=10.0)),
        at(1.0, message("pose", {"yaw": 0.3}, ttl_s=0.4)),
        at(5.0, message("pose", {"yaw": 0.9}, ttl_s=0.4)),
    ]
    first, second = schedule(take, ReplayPlan(from_s=4.0))
    # happy and relaxed both own a channel at 4 s; the pose was over at 1.4 s
    assert (first.due_s, first.message.layer) == (0.0, "emotion")
    assert first.message.values == {"happy": 1.0, "relaxed": 0.5}
    assert first.message.ttl_s == pytest.approx(6.5)
    assert (second.due_s, second.message.values) == (pytest.approx(1.0), {"yaw": 0.9})


def test_a_stop_during_a_long_pause_takes_effect_at_once() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1})), at(3600.0, message("pose", {"yaw": 0.2}))]
    clock = FakeClock(stop_after_s=2.0)
    assert sent_at(list(schedule(take, ReplayPlan())), clock) == [0.0]
    assert clock.now_s - START_S < 2.0 + 2 * MAX_WAIT_S


def test_a_stop_between_messages_that_are_all_due_takes_effect_at_once() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1}))] * 3
    assert sent_at(list(schedule(take, ReplayPlan())), FakeClock(stop_after_s=0.0)) == []


def test_progress_is_reported_at_least_every_longest_wait() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1})), at(1.0, message("pose", {"yaw": 0.2}))]
    clock = FakeClock()
    reported: list[tuple[float, float]] = []

    def progress(place_s: float) -> None:
        reported.append((clock.now_s - START_S, place_s))

    for _ in paced(
        schedule(take, ReplayPlan()), wait=clock.wait, clock_s=lambda: clock.now_s, progress=progress
    ):
        pass
    assert {place_s for _, place_s in reported} == {1.0}
    times_s = [0.0, *(s for s, _ in reported), 1.0]
    assert max(after - before for before, after in pairwise(times_s)) <= MAX_WAIT_S + 1e-9


DAY_NS = 24 * 3600 * 10**9


@pytest.mark.parametrize("jump_ns", [2**64 - 2 * 10**18, 56 * 365 * DAY_NS, DAY_NS + 1, -(10**18)])
def test_a_jump_of_the_recording_clock_is_no_pause(jump_ns: int) -> None:
    first_ns = 10**18
    take = [
        Recorded(first_ns, message("pose", {"yaw": 0.1})),
        Recorded(first_ns + 10**9, message("pose", {"yaw": 0.2})),
        Recorded(first_ns + 10**9 + jump_ns, message("pose", {"yaw": 0.3})),
        Recorded(first_ns + 3 * 10**9 + jump_ns, message("pose", {"yaw": 0.4})),
    ]
    assert [due.due_s for due in schedule(take, ReplayPlan())] == [0.0, 1.0, 1.0, 3.0]


def test_a_pause_of_a_day_is_kept() -> None:
    take = [Recorded(0, message("pose", {"yaw": 0.1})), Recorded(DAY_NS, message("pose", {"yaw": 0.2}))]
    assert [due.due_s for due in schedule(take, ReplayPlan())] == [0.0, 86400.0]


@pytest.mark.parametrize("captured_ns", [2**63 - 1, 1])
def test_a_capture_by_another_clock_has_no_lag(captured_ns: int) -> None:
    take = [Recorded(10**18, message("pose", {"yaw": 0.1}, capture_time_ns=captured_ns))]
    assert [due.lag_ns for due in schedule(take, ReplayPlan())] == [None]
