from __future__ import annotations

import socket
from contextlib import closing

import pytest

from bridge.ports.bound_socket import bound_socket, bound_sockets
from tests.ipv6 import needs_ipv6

KINDS = [socket.SOCK_DGRAM, socket.SOCK_STREAM]


@pytest.mark.parametrize("kind", KINDS)
def test_socket_is_bound_and_does_not_block(kind: socket.SocketKind) -> None:
    with closing(bound_socket("127.0.0.1", 0, kind)) as opened:
        host, port = opened.getsockname()
        assert host == "127.0.0.1"
        assert port > 0
        assert opened.type == kind
        assert opened.gettimeout() == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_port_in_use_is_refused_and_nothing_stays_open(kind: socket.SocketKind) -> None:
    with closing(bound_socket("127.0.0.1", 0, kind)) as first:
        if kind == socket.SOCK_STREAM:
            first.listen()
        with pytest.raises(
            OSError, match="in use"
        ):  # an open socket would be a ResourceWarning, an error here
            bound_socket("127.0.0.1", first.getsockname()[1], kind)


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(OSError, match="assign"):
        bound_socket("192.0.2.77", 0, socket.SOCK_DGRAM)


def test_tcp_port_can_be_bound_again_while_its_last_connection_is_closing() -> None:
    first = bound_socket("127.0.0.1", 0, socket.SOCK_STREAM)
    first.listen()
    first.setblocking(True)
    port = first.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)) as client:
        served, _ = first.accept()
        served.close()  # this side closes first, so it keeps the port in TIME_WAIT
        assert client.recv(1) == b""
    first.close()
    with closing(bound_socket("127.0.0.1", port, socket.SOCK_STREAM)) as second:
        assert second.getsockname()[1] == port


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_host_with_colons_is_ipv6() -> None:
    try:
        opened = bound_socket("::1", 0, socket.SOCK_DGRAM)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with closing(opened):
        assert opened.family == socket.AF_INET6


@needs_ipv6
@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "0.0.0.0"])
def test_a_port_that_includes_loopback_is_open_on_both_families(host: str, kind: socket.SocketKind) -> None:
    first, second = bound_sockets(host, 0, kind)
    with closing(first), closing(second):
        assert first.getsockname()[0] == ("0.0.0.0" if host == "0.0.0.0" else "127.0.0.1")
        assert second.getsockname()[:2] == ("::1", first.getsockname()[1])


@needs_ipv6
def test_a_port_that_another_program_holds_on_ipv6_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with closing(bound_socket("::1", 0, socket.SOCK_DGRAM)) as holder:
        port = holder.getsockname()[1]
        [opened] = bound_sockets("127.0.0.1", port, socket.SOCK_DGRAM)
        opened.close()
    assert caplog.messages == [
        f"port {port} on ::1 is held by another program: what is sent to localhost may go there; send to "
        "127.0.0.1, or close that program"
    ]
