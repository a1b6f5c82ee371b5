from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from bridge.ports.udp_port import BATCH, Datagram, UdpPort
from tests.ipv6 import needs_ipv6
from tests.waiting import until


@pytest.fixture
def port() -> Iterator[UdpPort]:
    port = UdpPort("127.0.0.1", 0)
    port.open()
    yield port
    port.close()


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        yield sender


def test_datagrams_arrive_in_order_with_their_senders_address(port: UdpPort, sender: socket.socket) -> None:
    for data in (b"one", b"", b"three"):
        sender.sendto(data, ("127.0.0.1", port.port))
    received: list[Datagram] = []
    until(lambda: received.extend(port.receive()) or len(received) == 3)
    own = sender.getsockname()[1]
    assert received == [(b"one", "127.0.0.1", own), (b"", "127.0.0.1", own), (b"three", "127.0.0.1", own)]


def test_receive_does_not_block_and_is_limited_to_a_batch(port: UdpPort, sender: socket.socket) -> None:
    assert port.receive() == []
    for number in range(BATCH + 10):
        sender.sendto(number.to_bytes(2, "big"), ("127.0.0.1", port.port))
    first = until(port.receive)
    rest = port.receive()
    assert len(first) <= BATCH
    assert [int.from_bytes(datagram.data, "big") for datagram in first + rest] == list(range(BATCH + 10))


def test_port_in_use_raises_and_can_be_opened_later(port: UdpPort) -> None:
    second = UdpPort("127.0.0.1", port.port)
    with pytest.raises(OSError, match="in use"):
        second.open()
    assert not second.is_open
    port.close()
    port.close()
    second.open()
    assert second.is_open
    second.close()


def test_closed_port_receives_and_sends_nothing() -> None:
    port = UdpPort("127.0.0.1", 0)
    assert (port.fileno(), port.receive(), port.send(b"x", "127.0.0.1", 9)) == (-1, [], None)


def test_answer_comes_from_the_ports_own_number(port: UdpPort, sender: socket.socket) -> None:
    sender.settimeout(60)
    assert port.send(b"hello", "127.0.0.1", sender.getsockname()[1]) is None
    assert sender.recvfrom(100) == (b"hello", ("127.0.0.1", port.port))


def test_failed_send_returns_the_error_and_counts_it(port: UdpPort) -> None:
    error = port.send(b"x" * 70_000, "127.0.0.1", 9)  # larger than any UDP datagram
    assert isinstance(error, OSError)
    assert port.errors == 1


@needs_ipv6
def test_a_sender_by_ipv6_has_the_address_of_its_ipv4(port: UdpPort) -> None:
    assert [one.getsockname()[:2] for one in port.sockets] == [("127.0.0.1", port.port), ("::1", port.port)]
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"by IPv6", ("::1", port.port))
        [received] = until(lambda: port.receive(1))
        assert received == (b"by IPv6", "127.0.0.1", sender.getsockname()[1])
        # the port answers by the family that is asked for
        sender.settimeout(60)
        assert port.send(b"answer", "::1", sender.getsockname()[1]) is None
        data, address = sender.recvfrom(100)
    assert (data, address[:2]) == (b"answer", ("::1", port.port))


@needs_ipv6
def test_a_port_on_all_addresses_of_ipv6_takes_ipv4_too(sender: socket.socket) -> None:
    port = UdpPort("::", 0)
    port.open()
    try:
        sender.sendto(b"by IPv4", ("127.0.0.1", port.port))
        [received] = until(port.receive)
        assert received == (b"by IPv4", "127.0.0.1", sender.getsockname()[1])
        sender.settimeout(60)
        assert port.send(b"answer", "127.0.0.1", received.port) is None
        assert sender.recv(100) == b"answer"
    finally:
        port.close()
