"""Chosen times and costs; no clock."""

from __future__ import annotations

import itertools

from runtime.engines.frame_budget import FIRST_PAUSE_S, LONGEST_PAUSE_S, WINDOW, FrameBudget


class Machine:
    """Frames that take `head_ms`, and with the addition `with_ms`."""

    def __init__(self, budget: FrameBudget, head_ms: float, with_ms: float) -> None:
        self.budget, self.head_ms, self.with_ms = budget, head_ms, with_ms
        self.now_s = 100.0
        self.switches: list[float] = []

    def run(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            was_on = self.budget.is_on
            frame_ms = self.with_ms if was_on else self.head_ms
            if self.budget.frame_took(frame_ms, self.now_s) != was_on:
                self.switches.append(self.now_s)
            self.now_s += max(frame_ms, 16.0) / 1000


def test_it_begins_once_it_is_ready_and_stays_while_it_is_fast_enough() -> None:
    machine = Machine(FrameBudget(40.0), 8.0, 22.0)
    machine.run(5)
    assert not machine.budget.is_on
    machine.budget.ready(14.0)
    machine.run(600)
    assert machine.budget.is_on
    assert len(machine.switches) == 1
    assert machine.budget.note == ""


def test_a_few_slow_frames_end_nothing() -> None:
    machine = Machine(FrameBudget(40.0), 8.0, 22.0)
    machine.budget.ready(14.0)
    machine.run(5)
    for _ in range(20):
        machine.run(1)
        for _ in range(WINDOW // 4):
            machine.budget.frame_took(200.0, machine.now_s)
    assert machine.budget.is_on


def test_it_does_not_begin_where_it_was_measured_to_be_too_slow() -> None:
    machine = Machine(FrameBudget(40.0), 20.0, 90.0)
    machine.budget.ready(70.0)
    machine.run(FIRST_PAUSE_S - 1)
    assert not machine.switches
    assert "retouch is left out: with it a frame takes 90 ms here, and at most 40 ms" in machine.budget.note


def test_on_a_machine_that_is_always_too_slow_it_is_tried_ever_more_rarely() -> None:
    machine = Machine(FrameBudget(40.0), 20.0, 60.0)
    machine.budget.ready(10.0)  # measured while nothing else ran
    machine.run(2000)
    began, ended = machine.switches[::2], machine.switches[1::2]
    lasted = [end - begin for begin, end in zip(began, ended, strict=False)]
    assert max(lasted) < 4.0
    gaps = [round(after - before, 3) for before, after in itertools.pairwise(began)]
    assert gaps == sorted(gaps)
    assert gaps[0] > FIRST_PAUSE_S
    assert gaps[-1] <= LONGEST_PAUSE_S + 5
    assert len(began) < 12


def test_after_the_machine_was_busy_for_a_moment_it_comes_back() -> None:
    machine = Machine(FrameBudget(40.0), 8.0, 22.0)
    machine.budget.ready(14.0)
    machine.run(70)  # long enough to count as a success
    machine.head_ms, machine.with_ms = 30.0, 80.0
    machine.run(5)
    assert not machine.budget.is_on
    assert "takes 80 ms" in machine.budget.note
    machine.head_ms, machine.with_ms = 8.0, 22.0
    machine.run(FIRST_PAUSE_S + 2)
    assert machine.budget.is_on


def test_where_the_head_engine_alone_is_too_slow_it_is_not_tried_at_all() -> None:
    machine = Machine(FrameBudget(40.0), 60.0, 90.0)
    machine.budget.ready(1.0)
    machine.run(1000)
    assert machine.switches == []
