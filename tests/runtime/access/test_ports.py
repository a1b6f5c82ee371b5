from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import zmq

from runtime.access.ports import HOST, bind_tcp_ports, bind_udp, bind_udp_ports, bind_zmq
from runtime.errors import ConfigError, PortInUseError
from tests.ipv6 import needs_ipv6

_socket = socket.socket


def _without_ipv6(family: int = socket.AF_INET, *others: int) -> socket.socket:
    if family == socket.AF_INET6:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
    return _socket(family, *others)


@contextmanager
def closing_all(opened: Sequence[socket.socket]) -> Iterator[None]:
    try:
        yield
    finally:
        for one in opened:
            one.close()


def test_a_taken_udp_port_names_itself_its_holder_and_the_way_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind((HOST, 0))
        port = holder.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} \(vmc\).*VSeeFace.*--vmc-port"):
            bind_udp(port, "vmc")


def test_a_taken_tcp_port_names_itself_its_holder_and_the_way_out() -> None:
    with socket.socket() as holder, zmq.Context() as context, context.socket(zmq.PULL) as pull:
        holder.bind((HOST, 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} \(control\).*omote status.*--control-port"):
            bind_zmq(pull, port, "control")


def test_port_zero_is_a_free_one_on_this_machine_only() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as pull:
        port = bind_zmq(pull, 0, "control")
        assert pull.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0") == f"tcp://127.0.0.1:{port}".encode()
    with bind_udp(0, "osc") as udp:
        assert udp.getsockname()[0] == "127.0.0.1"


@needs_ipv6
@pytest.mark.parametrize("open_ports", [bind_udp_ports, bind_tcp_ports])
def test_a_port_on_loopback_is_open_on_both_families(
    open_ports: Callable[[int, str], list[socket.socket]],
) -> None:
    opened = open_ports(0, "osc")
    with closing_all(opened):
        assert [one.getsockname()[:2] for one in opened] == [
            ("127.0.0.1", opened[0].getsockname()[1]),
            ("::1", opened[0].getsockname()[1]),
        ]


@needs_ipv6
def test_a_port_that_another_program_holds_on_ipv6_is_opened_on_ipv4_and_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as holder:
        holder.bind(("::1", 0))
        port = holder.getsockname()[1]
        opened = bind_udp_ports(port, "osc")
        with closing_all(opened):
            assert [one.getsockname() for one in opened] == [("127.0.0.1", port)]
    [line] = caplog.messages
    assert f"port {port} (osc) on ::1 is held by another program" in line
    assert "send to 127.0.0.1" in line


def test_without_ipv6_its_addresses_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.access.ports.socket.socket", _without_ipv6)
    for open_ports in (bind_udp_ports, bind_tcp_ports):
        with pytest.raises(ConfigError, match=r":: is no address of this machine.*or 0\.0\.0\.0 for all"):
            open_ports(0, "osc", "::")


def test_without_ipv6_the_port_of_ipv4_is_the_only_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A kernel without IPv6 refuses the family, which cannot be had on demand."""
    monkeypatch.setattr("runtime.access.ports.socket.socket", _without_ipv6)
    opened = [*bind_udp_ports(0, "osc"), *bind_tcp_ports(0, "panel")]
    with closing_all(opened):
        assert [one.getsockname()[0] for one in opened] == ["127.0.0.1"] * 2
    assert caplog.messages == []
