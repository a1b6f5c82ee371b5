from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from bridge.devices.polling_loop import POLL_S, run_polling_loop
from bridge.sending.publisher import ControlPublisher
from bridge.sending.runtime_link import RuntimeLink
from protocol.messages import ControlMessage
from tests.bridge.hub_running import Wire, open_wire
from tests.waiting import until


class ScriptedDevice:
    """Gives a message in every poll, and ends after so many polls."""

    source = "scripted"

    def __init__(self, polls: int, *, slow_s: float = 0.0) -> None:
        self.is_over = False
        self.times: list[tuple[float, int]] = []
        self._polls = polls
        self._slow_s = slow_s

    def poll(self, *, now_s: float, now_ns: int) -> tuple[ControlMessage, ...]:
        self.times.append((now_s, now_ns))
        self.is_over = len(self.times) == self._polls
        time.sleep(self._slow_s)
        return (
            ControlMessage(layer="pose", source=self.source, values={"yaw": 0.1}, sequence=len(self.times)),
        )

    def status(self) -> str:
        return "holds yaw"

    def close(self) -> None:
        """Holds nothing."""


@pytest.fixture
def wire() -> Iterator[Wire]:
    with open_wire() as wire:
        yield wire


def run(device: ScriptedDevice, wire: Wire, stop: threading.Event) -> list[str]:
    lines: list[str] = []
    with ControlPublisher(wire.address, high_water=256) as publisher:
        until(lambda: publisher.wait(0.1))
        run_polling_loop(device, RuntimeLink(publisher, say=lines.append), stop, say=lines.append)
    return lines


def test_every_poll_is_sent_until_the_device_ends(wire: Wire) -> None:
    device = ScriptedDevice(20)
    run(device, wire, threading.Event())
    assert [message.sequence for message in wire.take_until(20)] == list(range(1, 21))
    steady_s = [now_s for now_s, _ in device.times]
    assert steady_s == sorted(steady_s)
    assert steady_s[-1] - steady_s[0] >= 18 * POLL_S  # sixty a second and no faster
    assert abs(device.times[-1][1] / 1e9 - time.time()) < 60.0


def test_missed_polls_are_skipped(wire: Wire) -> None:
    device = ScriptedDevice(6, slow_s=4 * POLL_S)
    began_s = time.monotonic()
    run(device, wire, threading.Event())
    assert time.monotonic() - began_s >= 6 * 4 * POLL_S
    assert len(device.times) == 6


def test_status_is_printed_only_when_it_changes(wire: Wire) -> None:
    assert run(ScriptedDevice(round(2.5 / POLL_S)), wire, threading.Event()) == ["holds yaw"]


def test_stop_event_ends_the_loop(wire: Wire) -> None:
    stop = threading.Event()
    stop.set()
    device = ScriptedDevice(1000)
    run(device, wire, stop)
    assert device.times == []
