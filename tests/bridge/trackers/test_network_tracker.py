"""Every network tracker of the command line fulfils the contract that the hub relies on."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.hub import ENCODERS
from bridge.commands.network_trackers import TRACKERS
from bridge.trackers.network_tracker import (
    DatagramTracker,
    FlushingTracker,
    GreetingTracker,
    StreamTracker,
)

COMMANDS = {command.name: command for command in TRACKERS}
S = 1_000_000_000


@pytest.mark.parametrize("name", COMMANDS)
def test_tracker_has_its_commands_name_and_ports(name: str) -> None:
    tracker: Any = COMMANDS[name].make()
    assert tracker.name == name
    ports = tracker.udp_ports if isinstance(tracker, DatagramTracker) else tracker.tcp_ports
    assert isinstance(tracker, DatagramTracker | StreamTracker)
    assert ports
    assert all(0 < port < 65536 for port in ports)


@pytest.mark.parametrize("name", COMMANDS)
def test_source_ids_begin_with_the_trackers_name_and_differ_by_sender(name: str) -> None:
    tracker: Any = COMMANDS[name].make()
    sources = []
    for sender in ("192.0.2.1:5000", "192.0.2.2:5000"):
        feed = tracker.feed if isinstance(tracker, DatagramTracker) else None
        stream = None if feed else tracker.connect(sender)
        observations = []
        for number in range(3):
            for data in ENCODERS[name](number):
                result = feed(data, sender, S + number) if feed else stream.feed(data, S + number)
                assert result.refusals == ()
                observations += result.observations
        assert observations
        assert {observation.source.partition(":")[0] for observation in observations} == {name}
        sources.append({observation.source for observation in observations})
    assert sources[0].isdisjoint(sources[1])


@pytest.mark.parametrize("name", ["ifacialmocap", "facemotion3d", "vts-phone", "vrcft"])
def test_trackers_whose_senders_must_be_asked_greet_them(name: str) -> None:
    command = COMMANDS[name]
    tracker: Any = command.make(phone="192.0.2.9") if "phone" in command.arguments else command.make()
    assert isinstance(tracker, GreetingTracker)
    assert tracker.greetings(100 * S, 0)


@pytest.mark.parametrize("name", ["vmc", "vrcft", "facecap"])
def test_trackers_of_partial_datagrams_are_flushed_and_never_skipped(name: str) -> None:
    tracker: Any = COMMANDS[name].make()
    assert isinstance(tracker, FlushingTracker)
    assert isinstance(tracker, DatagramTracker)
    assert not tracker.is_whole
    assert tracker.flush(S).observations == ()
