from __future__ import annotations

import socket

import pytest

from omote.checks import ports
from tests.ipv6 import needs_ipv6


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_taken_port_is_named_with_its_option(
    kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        monkeypatch.setattr(ports, "PORTS", {port: ("panel", kind == socket.SOCK_DGRAM)})
        [finding] = ports.check_ports()
    assert finding.state == "problem"
    assert str(port) in finding.text
    assert "--panel-port" in finding.advice


def test_free_ports_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    monkeypatch.setattr(ports, "PORTS", {port: ("panel", False)})
    [finding] = ports.check_ports()
    assert (finding.state, finding.text) == ("ok", f"free on 127.0.0.1: {port} panel")


@needs_ipv6
def test_a_port_that_is_taken_on_ipv6_only_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as holder:
        holder.bind(("::1", 0))
        port = holder.getsockname()[1]
        monkeypatch.setattr(ports, "PORTS", {port: ("osc", True)})
        [finding] = ports.check_ports()
    assert finding.state == "problem"
    assert f"UDP port {port} (osc)" in finding.text
