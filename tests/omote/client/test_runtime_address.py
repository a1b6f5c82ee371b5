from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from omote.client.errors import ValueRefusedError
from omote.client.runtime_address import RuntimeAddress


@pytest.mark.parametrize(
    ("host", "at", "is_local"),
    [
        ("127.0.0.1", "127.0.0.1:5570", True),
        ("localhost", "localhost:5570", True),
        ("::1", "[::1]:5570", True),
        ("[::1]", "[::1]:5570", True),
        ("127.0.0.9", "127.0.0.9:5570", True),
        ("192.168.1.20", "192.168.1.20:5570", False),
        ("fd00::20", "[fd00::20]:5570", False),
        ("studio-pc.local", "studio-pc.local:5570", False),
    ],
)
def test_shared_memory_is_for_this_machine(host: str, at: str, is_local: bool) -> None:
    address = RuntimeAddress(host)
    assert (address.control_at, address.is_local) == (at, is_local)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"host": ""}, "host: got '', expected the name or address"),
        ({"host": "tcp://127.0.0.1"}, "host: got 'tcp://127.0.0.1', expected"),
        ({"host": "127.0.0.1:5570"}, "host: got '127.0.0.1:5570', expected"),
        ({"host": None}, "host: got None, expected"),
        ({"control_port": 70000}, "control_port: got 70000, expected a whole number from 1 to 65535"),
        ({"request_port": -1}, "request_port: got -1, expected"),
        ({"publish_port": "5572"}, "publish_port: got '5572', expected"),
        ({"publish_port": 5572.0}, "publish_port: got 5572.0, expected"),
    ],
)
def test_what_can_be_no_address_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueRefusedError, match=says):
        RuntimeAddress(**given)


def test_the_first_and_the_last_port_are_ones() -> None:
    for port in (0, 1, 65535, np.int64(5570)):
        assert RuntimeAddress(control_port=port).control_at == f"127.0.0.1:{port}"
