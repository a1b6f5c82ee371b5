"""The addresses that `omote-bridge vts-server` prints; plugins on its socket: tests/bridge/vts/test_server.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from bridge.ports.own_addresses import own_addresses
from tests.ipv6 import needs_ipv6
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[3]


@needs_ipv6
@pytest.mark.parametrize(
    ("bind", "first"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("localhost", "localhost")]
)
def test_a_plugin_connects_to_every_address_that_is_printed(bind: str, first: str) -> None:
    assert _printed(bind) == [first]


@needs_ipv6
@pytest.mark.parametrize("bind", ["0.0.0.0", "::"])
def test_bound_to_all_addresses_each_of_them_is_printed(bind: str) -> None:
    ipv6 = own_addresses(ipv6=True) if bind == "::" else []
    assert _printed(bind) == ["127.0.0.1", *own_addresses(), *ipv6]


def _printed(bind: str) -> list[str]:
    """The hosts that are printed, each of which takes a connection."""
    [port] = free_ports(1)
    options = ["--bind", bind, "--port", str(port), "--beacon-port", "none"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", "vts-server", *options], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        addresses = [
            word.rstrip(";") for word in process.stderr.readline().split() if word.startswith("ws://")
        ]
        for address in addresses:
            with connect(address) as plugin:
                plugin.ping().wait(60)
    finally:
        process.terminate()
        process.wait(60)
        process.stderr.close()
    return [urlsplit(address).hostname or "" for address in addresses]
