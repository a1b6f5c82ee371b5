"""A snapshot of a real runtime makes another one the same face."""

from __future__ import annotations

from pathlib import Path

import pytest

from omote.client import ControlClient
from omote.fleet.snapshots import aged, restore, take
from protocol.channels import CHANNEL_INDEX
from protocol.messages import Command, ControlMessage, Snapshot
from tests.live_runtime import live_runtime
from tests.waiting import PATIENCE_S, until

HAPPY = CHANNEL_INDEX["emotion"]["happy"]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]


def test_what_two_drivers_and_a_button_hold_is_held_elsewhere_also_if_sent_twice(tmp_path: Path) -> None:
    with (
        live_runtime(tmp_path / "a") as one,
        live_runtime(tmp_path / "b") as other,
        ControlClient(
            control_port=one.ports["control"], request_port=one.ports["request"], timeout_s=PATIENCE_S
        ) as source,
        ControlClient(
            control_port=other.ports["control"], request_port=other.ports["request"], timeout_s=PATIENCE_S
        ) as target,
    ):
        low = ControlMessage(layer="expression", source="low", values={"jawOpen": 0.9}, ttl_s=60.0)
        high = ControlMessage(
            layer="expression", source="high", values={"jawOpen": 0.25}, priority=5, ttl_s=60.0
        )
        source.send(high)
        until(lambda: one.status().drivers)
        source.send(low)
        source.request(Command(name="emotion", argument="happy"))
        until(lambda: len(one.status().drivers) == 3)
        for _ in range(2):
            restore(take(source), target)
        until(lambda: len(other.status().drivers) == 3)
        until(lambda: abs(other.status().values[HAPPY] - 1.0) < 1e-3)
        until(lambda: abs(one.status().values[JAW] - other.status().values[JAW]) < 1e-3)
        assert {(d.source, d.priority) for d in other.status().drivers} == {
            (d.source, d.priority) for d in one.status().drivers
        }


@pytest.mark.parametrize(("age_s", "left"), [(0.0, [2.0, 9.0]), (3.0, [6.0]), (10.0, [])])
def test_drivers_whose_time_has_passed_are_gone(age_s: float, left: list[float]) -> None:
    first = ControlMessage(layer="pose", source="a", values={"yaw": 0.1}, ttl_s=2.0)
    second = ControlMessage(layer="pose", source="b", values={"yaw": 0.1}, ttl_s=9.0)
    commands = [Command(name="emotion", argument="happy")]
    found = aged(Snapshot(commands=commands, drivers=[first, second]), age_s)
    assert [driver.ttl_s for driver in found.drivers] == left
    assert found.commands == commands
