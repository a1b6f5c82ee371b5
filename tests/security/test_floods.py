"""What a neighbour may send without end: memory stays bounded, honest clients are served, and SIGTERM ends it.

How fast the face stays meanwhile is measured in benchmarks/attacks.py.
"""

from __future__ import annotations

import json
import urllib.request
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess

import psutil
import pytest
from websockets.sync.client import connect

from benchmarks._hostile_traffic import ATTACKS, Ports
from tests.security.conftest import RunningRuntime
from tests.waiting import until

#: Above what the runtime had before the attack.
GROWTH_MB = 60.0


def end(attacker: SpawnProcess) -> None:
    """It may hang: then it is killed, and what it has started."""
    attacker.join(5.0)
    if attacker.is_alive():
        started = psutil.Process(attacker.pid).children(recursive=True)
        attacker.kill()
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.kill()
    attacker.join()


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_honest_driver_is_served_during_an_attack(omote: RunningRuntime, name: str) -> None:
    omote.drive(0.2)
    before_mb = omote.memory_mb
    spawning = get_context("spawn")
    over = spawning.Event()
    ports = Ports(omote.control, omote.request, omote.publish, omote.osc, omote.panel)
    attacker = spawning.Process(target=ATTACKS[name], args=(ports, over))
    attacker.start()
    try:
        until(lambda: attacker.is_alive())
        omote.drive(0.8, source="honest again")
        omote.drive(0.4, source="honest once more")
        assert omote.memory_mb < before_mb + GROWTH_MB
        omote.process.terminate()
        assert omote.process.wait(60) == 0
    finally:
        over.set()
        end(attacker)


def test_one_datagram_locks_no_driver_out(omote: RunningRuntime) -> None:
    import socket

    from protocol.osc.write import osc_bundles, osc_message

    messages = [osc_message("/omote/ttl", 60.0)]
    for number in range(64):
        messages += [
            osc_message("/omote/source", f"s{number}"),
            osc_message("/omote/expression/jawOpen", 0.1),
        ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in osc_bundles(messages):
            sender.sendto(datagram, ("127.0.0.1", omote.osc))
    until(lambda: omote.status()["drivers"])
    omote.drive(0.9)
    assert "too many sources" in omote.status()["dropped"]


@pytest.mark.parametrize("name", ["idle", "half_open", "pages"])
def test_the_panel_opens_and_is_heard_during_an_attack(omote: RunningRuntime, name: str) -> None:
    spawning = get_context("spawn")
    over = spawning.Event()
    ports = Ports(omote.control, omote.request, omote.publish, omote.osc, omote.panel)
    attacker = spawning.Process(target=ATTACKS[name], args=(ports, over))
    attacker.start()
    try:
        until(lambda: any("panel: too many" in reason for reason in omote.status()["dropped"]))
        with urllib.request.urlopen(f"http://127.0.0.1:{omote.panel}/", timeout=60) as page:
            assert b"<title>" in page.read()
        with connect(f"ws://127.0.0.1:{omote.panel}/socket", max_size=2**24) as panel:
            turned = {
                "type": "control",
                "layer": "pose",
                "source": "",
                "values": {"yaw": 0.25},
                "ttl_s": 60.0,
            }
            panel.send(json.dumps(turned))
            until(lambda: {driver["source"] for driver in omote.status()["drivers"]} == {"panel"})
    finally:
        over.set()
        end(attacker)
