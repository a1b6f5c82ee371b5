from __future__ import annotations

from collections.abc import Callable
from itertools import islice, pairwise

import pytest

from bridge.takes.replay import LOOP_GAP_S, Due, ReplayPlan, play, schedule
from protocol.messages import ControlMessage, LayerName
from protocol.take import Recorded

BEGIN_NS = 1_700_000_000_000_000_000
NOW_NS = 1_800_000_000_000_000_000


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


class Time:
    """A clock that only moves when somebody waits, and that wakes late."""

    def __init__(self, late_s: float = 0.0) -> None:
        self.now_s = 5000.0
        self.late_s = late_s
        self.stop_after = float("inf")

    def wait(self, seconds: float) -> bool:
        self.now_s += seconds + (self.late_s if seconds > 0 else 0.0)
        return self.now_s - 5000.0 >= self.stop_after


def played(
    dues: list[Due], time: Time, send: Callable[[ControlMessage], None] | None = None
) -> list[tuple[float, ControlMessage]]:
    sent: list[tuple[float, ControlMessage]] = []

    def note(made: ControlMessage) -> None:
        sent.append((time.now_s - 5000.0, made))

    play(
        dues,
        send or note,
        wait=time.wait,
        clock_s=lambda: time.now_s,
        unix_ns=lambda: NOW_NS + round((time.now_s - 5000.0) * 1e9),
    )
    return sent


def test_messages_leave_in_order_with_the_spacing_they_came_with() -> None:
    sent = played(list(schedule(UNEVEN, ReplayPlan())), Time())
    assert [made.values for _, made in sent] == [item.message.values for item in UNEVEN]
    assert [s for s, _ in sent] == pytest.approx(UNEVEN_S, abs=1e-9)


def test_waking_late_never_adds_up() -> None:
    dues = list(schedule([at(i / 60, message("pose", {"yaw": 0.1})) for i in range(600)], ReplayPlan()))
    sent = played(dues, Time(late_s=0.003))
    # every wait ends 3 ms late; due times count from the beginning, so the last one is as late as the first
    assert max(s - due.due_s for (s, _), due in zip(sent, dues, strict=True)) < 0.0031


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_speed_scales_the_spacing_and_how_long_messages_hold(speed: float) -> None:
    dues = list(schedule(UNEVEN, ReplayPlan(speed=speed)))
    assert [due.due_s for due in dues] == pytest.approx([s / speed for s in UNEVEN_S], abs=1e-9)
    assert {due.message.ttl_s for due in dues} == {1.0 / speed}
    assert [due.place_s for due in dues] == pytest.approx(UNEVEN_S, abs=1e-9)


def test_a_loop_begins_again_one_picture_after_the_end_for_ever() -> None:
    count = len(UNEVEN)
    dues = list(islice(schedule(UNEVEN, ReplayPlan(loop=True)), 3 * count))
    rounds = [[due.due_s for due in dues[i * count : (i + 1) * count]] for i in range(3)]
    for before, after in pairwise(rounds):
        assert after[0] - before[-1] == pytest.approx(LOOP_GAP_S)
        assert [s - after[0] for s in after] == pytest.approx(UNEVEN_S, abs=1e-9)


def test_an_empty_take_loops_no_further() -> None:
    assert list(schedule([], ReplayPlan(loop=True))) == []
    assert list(schedule(UNEVEN, ReplayPlan(loop=True, layers=("gaze",)))) == []


def test_numbers_rise_through_all_rounds_and_above_an_earlier_replay() -> None:
    dues = list(islice(schedule(UNEVEN, ReplayPlan(loop=True)), 20))
    first = played(dues, Time())
    numbers = [made.sequence for _, made in first]
    assert numbers == list(range(NOW_NS // 1_000_000, NOW_NS // 1_000_000 + 20))
    assert numbers[0] > UNEVEN[-1].message.sequence


def test_capture_times_are_new_and_keep_their_distance_to_the_arrival() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1}), lag_ms=7.0), at(0.5, message("pose", {"yaw": 0.2}))]
    sent = played(list(schedule(take, ReplayPlan())), Time())
    assert [made.capture_time_ns for _, made in sent] == [NOW_NS - 7_000_000, 0]


def test_a_capture_time_of_another_clock_is_left_out() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1}), lag_ms=lag) for lag in (-5.0, 60_000.0)]
    assert [due.lag_ns for due in schedule(take, ReplayPlan())] == [None, None]


def test_where_the_clock_went_back_no_time_passes() -> None:
    take = [UNEVEN[0], at(2.0, UNEVEN[0].message), at(-3.0, UNEVEN[0].message), at(-2.5, UNEVEN[0].message)]
    assert [due.due_s for due in schedule(take, ReplayPlan())] == pytest.approx([0.0, 2.0, 2.0, 2.5])


def test_only_the_wanted_layers_at_their_own_times() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1})), at(0.4, message("emotion", {"happy": 1.0}))]
    (due,) = schedule(take, ReplayPlan(layers=("emotion",), source_prefix="take:"))
    assert (due.due_s, due.message.source) == (pytest.approx(0.4), "take:cam")


def test_a_prefixed_name_stays_one_that_the_runtime_takes() -> None:
    take = [Recorded(BEGIN_NS, ControlMessage(layer="pose", source="s" * 64, values={"yaw": 0.0}))]
    (due,) = schedule(take, ReplayPlan(source_prefix="take:"))
    assert due.message.source == "take:" + "s" * 59


def test_beginning_later_first_says_what_still_holds_then() -> None:
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


def test_a_stop_is_noticed_within_a_long_pause() -> None:
    take = [at(0.0, message("pose", {"yaw": 0.1})), at(3600.0, message("pose", {"yaw": 0.2}))]
    time = Time()
    time.stop_after = 2.0
    assert len(played(list(schedule(take, ReplayPlan())), time)) == 1
    assert time.now_s - 5000.0 < 2.2
