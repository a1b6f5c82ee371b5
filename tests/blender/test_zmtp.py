"""Our ZeroMQ client against libzmq's sockets and against servers that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import zmq
from omote_face.errors import WireError
from omote_face.zmtp import GREETING, MAX_BYTES, ZmtpSocket

from tests.ports import free_ports
from tests.waiting import until

TOPIC = b"OMOTEMOT"
Bound = Callable[[int], tuple[zmq.Socket[bytes], int]]


@pytest.fixture
def bound() -> Iterator[Bound]:
    """Makes sockets of libzmq that are bound to a free port."""
    context = zmq.Context()
    held: list[zmq.Socket[bytes]] = []

    def make(kind: int) -> tuple[zmq.Socket[bytes], int]:
        made = context.socket(kind)
        held.append(made)
        return made, made.bind_to_random_port("tcp://127.0.0.1")

    yield make
    context.destroy(linger=0)


def test_subscribe_to_libzmq(bound: Bound) -> None:
    publisher, port = bound(zmq.XPUB)
    with ZmtpSocket(port, "SUB") as ours:
        ours.subscribe(TOPIC)
        assert publisher.recv() == b"\1" + TOPIC
        assert ours.receive() is None  # nothing yet
        for size in (0, 1, 200, 247, 248, 300, 70_000):  # short and long frames
            publisher.send(b"OTHER   " + bytes(size))
            publisher.send(TOPIC + b"x" * size)
            assert until(ours.receive) == [TOPIC + b"x" * size]
        publisher.send_multipart([TOPIC, b"second"])
        assert until(ours.receive) == [TOPIC, b"second"]


def test_a_reader_that_is_behind_sees_that_more_waits(bound: Bound) -> None:
    publisher, port = bound(zmq.XPUB)
    with ZmtpSocket(port, "SUB") as ours:
        ours.subscribe(TOPIC)
        publisher.recv()
        for number in range(50):
            publisher.send(TOPIC + bytes([number]))
        seen = []
        while not seen or seen[-1] != TOPIC + bytes([49]):
            parts = until(ours.receive)
            assert parts is not None
            seen += parts
        assert seen == [TOPIC + bytes([number]) for number in range(50)]
        publisher.send(TOPIC)
        assert until(ours.has_more)


def test_push_to_libzmq(bound: Bound) -> None:
    pull, port = bound(zmq.PULL)
    with ZmtpSocket(port, "PUSH") as ours:
        ours.send(b"short")
        ours.send(b"l" * 70_000)
        assert pull.recv() == b"short"
        assert pull.recv() == b"l" * 70_000


def test_a_ping_is_answered_with_its_context() -> None:
    """RFC 37: PING has a time to live of two octets and a context, which PONG returns."""
    answers: list[bytes] = []

    def serve(opened: socket.socket) -> None:
        shake_hands(opened)
        opened.sendall(b"\x04\x0b\x04PING\x00\x64abcd" + b"\x00\x08OMOTEMOT")
        answers.append(opened.recv(1 << 16))

    with server(serve) as port, ZmtpSocket(port, "SUB") as ours:
        assert until(ours.receive) == [TOPIC]
    assert answers == [b"\x04\x09\x04PONGabcd"]


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a program that is not ZeroMQ."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            opened, _ = listening.accept()
            opened.settimeout(60)
            with opened:
                serve(opened)

        thread = threading.Thread(target=run)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join()


def shake_hands(opened: socket.socket) -> None:
    opened.sendall(GREETING + b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB")
    got = b""
    while b"Identity" + bytes(4) not in got:  # the end of READY; a subscription may lie behind it
        got += opened.recv(1 << 16)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 64, "greeting"),
        (GREETING[:12] + b"CURVE".ljust(20, b"\0") + bytes(32), "key"),
        (GREETING[:10] + b"\1" + GREETING[11:], "greeting"),
        (GREETING + b"\x04\x05\x05ERROR", "refused"),
        (GREETING + b"\xf8\x05hello", "flags"),
    ],
)
def test_a_program_that_is_not_omote_is_named(answer: bytes, says: str) -> None:
    def serve(opened: socket.socket) -> None:
        opened.sendall(answer)
        opened.recv(1 << 16)

    with server(serve) as port, pytest.raises(WireError, match=says):
        ZmtpSocket(port, "SUB")


def test_a_message_that_is_too_large_is_refused_unread() -> None:
    def serve(opened: socket.socket) -> None:
        shake_hands(opened)
        opened.sendall(b"\x02" + (MAX_BYTES + 1).to_bytes(8, "big"))
        opened.recv(1 << 16)

    with server(serve) as port, ZmtpSocket(port, "SUB") as ours, pytest.raises(WireError, match="at most"):
        until(ours.receive)


@pytest.mark.parametrize("size", [0, 255])
def test_a_message_whose_parts_never_end_is_refused(size: int) -> None:
    part = bytes([0x01, size]) + bytes(size)  # RFC 23: more parts follow

    def serve(opened: socket.socket) -> None:
        shake_hands(opened)
        with suppress(OSError):
            while True:
                opened.sendall(part * 100)

    with server(serve) as port:
        ours = ZmtpSocket(port, "SUB")
        with pytest.raises(WireError, match="parts"):
            until(ours.receive)
        ours.close()


def test_a_message_of_parts_that_are_too_large_together_is_refused() -> None:
    half = b"\x03" + (MAX_BYTES // 2 + 1).to_bytes(8, "big") + bytes(MAX_BYTES // 2 + 1)

    def serve(opened: socket.socket) -> None:
        shake_hands(opened)
        with suppress(OSError):
            opened.sendall(half * 2)
            opened.recv(1 << 16)

    with server(serve) as port, ZmtpSocket(port, "SUB") as ours, pytest.raises(WireError, match="so far"):
        until(ours.receive)


def test_a_program_that_sends_without_end_does_not_hold_the_thread() -> None:
    ping = b"\x04\x07\x04PING\x00\x00"
    trickle = b"\x02" + MAX_BYTES.to_bytes(8, "big")

    def serve(opened: socket.socket) -> None:
        shake_hands(opened)
        with suppress(OSError):
            for _ in range(3):
                opened.sendall(ping)
                assert opened.recv(1 << 16)
            opened.sendall(trickle)
            while True:
                opened.sendall(b"x")
                opened.recv(1)  # the test's step

    with server(serve) as port, ZmtpSocket(port, "SUB") as ours:
        for _ in range(10):  # each returns, though the message would take a million such bytes
            assert ours.receive() is None
            ours.send(b"")


def test_the_end_of_the_other_side_is_an_error_and_not_silence() -> None:
    with server(shake_hands) as port, ZmtpSocket(port, "SUB") as ours:
        ours.subscribe(TOPIC)
        with pytest.raises(ConnectionError):
            until(ours.receive)


def test_a_closed_port_is_refused() -> None:
    [port] = free_ports(1)
    with pytest.raises(ConnectionRefusedError):
        ZmtpSocket(port, "SUB")
