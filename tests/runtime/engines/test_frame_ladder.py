"""Chosen times and costs; no clock."""

from __future__ import annotations

from runtime.engines.frame_budget import FIRST_PAUSE_S
from runtime.engines.frame_ladder import FrameLadder

LIMIT_MS = 40.0


class Machine:
    """Frames that take so long at each level."""

    def __init__(self, *level_ms: float) -> None:
        self.ladder = FrameLadder(LIMIT_MS, ("retouch", "mouth and eyes"))
        self.level_ms = level_ms
        self.now_s = 50.0
        self.levels = [0]

    def ready(self) -> None:
        steps = zip(self.level_ms, self.level_ms[1:], strict=False)
        self.ladder.ready([after - before for before, after in steps])

    def run(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            frame_ms = self.level_ms[self.ladder.level]
            level = self.ladder.frame_took(frame_ms, self.now_s)
            if level != self.levels[-1]:
                self.levels.append(level)
            self.now_s += max(frame_ms, 16.0) / 1000


def test_on_a_fast_machine_all_begin_one_after_the_other() -> None:
    machine = Machine(8.0, 20.0, 26.0)
    machine.run(3)
    assert machine.levels == [0]
    machine.ready()
    machine.run(60)
    assert machine.levels == [0, 1, 2]
    assert machine.ladder.note == ""


def test_what_does_not_fit_is_named_and_the_rest_stays() -> None:
    machine = Machine(8.0, 30.0, 45.0)
    machine.ready()
    machine.run(FIRST_PAUSE_S - 2)
    assert machine.levels == [0, 1]
    assert machine.ladder.note.startswith("mouth and eyes is left out: with it a frame takes 45 ms here")


def test_the_last_ends_first_and_all_come_back() -> None:
    machine = Machine(8.0, 20.0, 30.0)
    machine.ready()
    machine.run(70)
    machine.level_ms = (20.0, 34.0, 44.0)
    machine.run(4)
    assert machine.levels == [0, 1, 2, 1]
    machine.level_ms = (30.0, 50.0, 60.0)
    machine.run(4)
    assert machine.levels == [0, 1, 2, 1, 0]
    machine.level_ms = (8.0, 20.0, 30.0)
    machine.run(60)
    assert machine.levels == [0, 1, 2, 1, 0, 1, 2]


def test_without_the_second_addition_there_is_no_second_level() -> None:
    machine = Machine(8.0, 20.0)
    machine.ready()
    machine.run(60)
    assert machine.levels == [0, 1]
    assert machine.ladder.note == ""


def test_another_limit_counts_from_the_next_frame_on() -> None:
    machine = Machine(8.0, 20.0, 26.0)
    machine.ready()
    machine.run(30)
    machine.ladder.set_limit(22.0)
    machine.run(5)
    assert machine.ladder.level == 1
