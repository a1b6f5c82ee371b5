from __future__ import annotations

import json
import socket

from bridge.vts.beacon import Beacon


def test_a_broadcast_names_the_port_of_the_api() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(60)
        beacon = Beacon(8001, listener.getsockname()[1])
        beacon.send(now_ms=1_700_000_000_000)
        beacon.send(now_ms=1_700_000_002_000)
        first, second = (json.loads(listener.recv(4096)) for _ in range(2))
        beacon.close()
        beacon.close()
    # The fields as in VTube Studio's README, "API Server Discovery (UDP)".
    assert first["apiName"] == "VTubeStudioPublicAPI"
    assert first["apiVersion"] == "1.0"
    assert first["messageType"] == "VTubeStudioAPIStateBroadcast"
    assert first["requestID"] == "VTubeStudioAPIStateBroadcast"
    assert first["timestamp"] == 1_700_000_000_000
    assert set(first["data"]) == {"active", "port", "instanceID", "windowTitle"}
    assert (first["data"]["active"], first["data"]["port"]) == (True, 8001)
    assert len(first["data"]["instanceID"]) == 32
    assert second["data"]["instanceID"] == first["data"]["instanceID"]


def test_a_closed_port_is_no_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    beacon = Beacon(8001, port)
    for now_ms in range(3):  # the second send may report that the first was refused
        beacon.send(now_ms)
    beacon.close()
    beacon.send(4)
