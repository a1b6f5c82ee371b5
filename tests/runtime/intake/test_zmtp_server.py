"""A server on real sockets, driven turn by turn; libzmq and bare sockets at the other end."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import zmq

from protocol.zmtp import GREETING, ZmtpMessage
from runtime.access.ports import bind_tcp
from runtime.intake.zmtp_server import (
    BURST,
    HANDSHAKE_S,
    MAX_WAITING_BYTES,
    RATE,
    Connection,
    ZmtpServer,
)
from tests.waiting import PATIENCE_S


class Serving:
    """A server, and what it took and counted."""

    def __init__(self, socket_type: str, **options: int) -> None:
        self.selector = selectors.DefaultSelector()
        listener = bind_tcp(0, "control")
        self.port = int(listener.getsockname()[1])
        self.taken: list[tuple[int, list[bytes]]] = []
        self.drops: Counter[str] = Counter()
        self.closed: list[int] = []
        self.server = ZmtpServer(
            self.selector,
            listener,
            socket_type,
            self.take,
            lambda reason, detail: self.drops.update([reason]),
            closed=lambda connection: self.closed.append(connection.number),
            **options,
        )
        self.skew_s = 0.0

    def take(self, connection: Connection, message: ZmtpMessage) -> bool:
        self.taken.append((connection.number, message.parts))
        return message.parts != [b"useless"]

    def until(self, happened: Callable[[], object]) -> None:
        ends_s = time.monotonic() + PATIENCE_S
        while not happened():
            assert time.monotonic() < ends_s
            self.turn()

    def turn(self) -> None:
        for key, events in self.selector.select(0.005):
            key.data(events, self.now_s)
        self.server.tick(self.now_s)

    @property
    def now_s(self) -> float:
        return time.monotonic() + self.skew_s

    def plain(self) -> socket.socket:
        """A bare TCP connection."""
        before = self.server._count
        opened = socket.create_connection(("127.0.0.1", self.port))
        self.until(lambda: self.server._count > before or self.drops)
        return opened


@pytest.fixture
def pull() -> Iterator[Serving]:
    serving = Serving("PULL", max_connections=8)
    yield serving
    serving.server.close()
    serving.selector.close()


Connect = Callable[[Serving, int], "zmq.Socket[bytes]"]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens libzmq sockets of a kind, and closes them at the end."""
    context = zmq.Context()
    sockets = []

    def connected(serving: Serving, kind: int) -> zmq.Socket[bytes]:
        opened = context.socket(kind)
        sockets.append(opened)
        opened.setsockopt(zmq.SNDHWM, 100_000)
        opened.connect(f"tcp://127.0.0.1:{serving.port}")
        return opened

    yield connected
    for one in sockets:
        one.close(linger=0)
    context.term()


def test_messages_come_with_their_connection(pull: Serving, connect: Connect) -> None:
    for name in (b"one", b"two"):
        connect(pull, zmq.PUSH).send(name)
        pull.until(lambda: pull.taken and pull.taken[-1][1] == [name])  # noqa: B023 - called at once
    assert len({number for number, _ in pull.taken}) == 2


def test_replies_go_back_to_the_connection_that_asked(connect: Connect) -> None:
    serving = Serving("ROUTER")
    dealers = [connect(serving, zmq.DEALER) for _ in range(2)]
    for number, dealer in enumerate(dealers):
        dealer.send_multipart([b"", bytes((number,)) * 3])
    serving.until(lambda: len(serving.taken) == 2)
    for connection in serving.server.connections:
        [parts] = [parts for number, parts in serving.taken if number == connection.number]
        serving.server.send(connection, parts)
    for number, dealer in enumerate(dealers):
        serving.until(lambda: dealer.poll(0))  # noqa: B023 - called at once
        assert dealer.recv_multipart() == [b"", bytes((number,)) * 3]
    serving.server.close()
    serving.selector.close()


def test_an_http_request_is_cut_and_counted(pull: Serving) -> None:
    with pull.plain() as browser:
        browser.sendall(
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\n\x01\x00\x00\x05hello"
        )
        pull.until(lambda: pull.drops)
        assert pull.drops == {"not ZeroMQ": 1}
        assert browser.recv(1000) == GREETING
        assert browser.recv(1000) == b""
        browser.sendall(b"more of it")  # is thrown away
    pull.until(lambda: pull.closed == [1])
    assert pull.taken == []


def test_a_wrong_client_reads_which_port_it_has_reached(pull: Serving) -> None:
    ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"
    with pull.plain() as subscriber:
        # a subscription follows at once, and lies unread when the connection is refused
        subscriber.sendall(
            GREETING + b"\x04" + bytes((len(ready),)) + ready + b"\x00\x01\x01" + bytes(60_000)
        )
        pull.until(lambda: pull.drops)
        got = bytearray()
        while chunk := subscriber.recv(1000):
            got += chunk
            pull.turn()
        assert got == GREETING + b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PULL"
        pull.skew_s = 2.0
        pull.until(lambda: pull.closed)  # it need not wait for ever
    assert pull.drops == {"wrong socket type": 1}


def test_a_handshake_that_never_comes_is_cut(pull: Serving) -> None:
    with pull.plain():
        pull.skew_s = HANDSHAKE_S + 0.1
        pull.until(lambda: pull.closed)
    assert pull.drops == {"no handshake": 1}


def test_idle_connections_give_way_to_one_that_sends(pull: Serving, connect: Connect) -> None:
    held = [pull.plain() for _ in range(8)]
    connect(pull, zmq.PUSH).send(b"hello")
    pull.until(lambda: pull.taken)
    assert pull.closed == [1]  # the oldest
    for one in held:
        one.close()


def test_useful_connections_stay_when_all_places_are_taken(pull: Serving, connect: Connect) -> None:
    pushes = [connect(pull, zmq.PUSH) for _ in range(8)]
    for push in pushes:
        push.send(b"hello")
    pull.until(lambda: len(pull.taken) == 8)
    with pull.plain() as late:
        pull.until(lambda: pull.drops)
        assert late.recv(10) == b""
    pushes[0].send(b"again")
    pull.until(lambda: len(pull.taken) == 9)
    assert pull.drops == {"too many connections": 1}


def test_a_flood_is_slowed_and_the_others_are_heard(pull: Serving, connect: Connect) -> None:
    flood, calm = connect(pull, zmq.PUSH), connect(pull, zmq.PUSH)
    for _ in range(20_000):
        flood.send(b"x" * 40)
    began_s = time.monotonic()
    calm.send(b"calm")
    pull.until(lambda: any(parts == [b"calm"] for _, parts in pull.taken))
    pull.until(lambda: time.monotonic() - began_s > 0.5)
    elapsed_s = time.monotonic() - began_s
    assert len(pull.taken) <= BURST + RATE * elapsed_s + 1000  # one read goes over


def test_a_client_that_reads_no_replies_is_cut() -> None:
    serving = Serving("ROUTER")
    with serving.plain():
        [connection] = serving.server.connections
        for _ in range(200):
            serving.server.send(connection, [bytes(60_000)])
            serving.turn()
            if serving.closed:
                break
        assert serving.closed == [1]
        assert serving.drops == {"reply not taken": 1}
        assert len(connection.waiting) <= MAX_WAITING_BYTES + 70_000
    serving.server.close()
    serving.selector.close()
