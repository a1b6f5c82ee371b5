"""What libzmq keeps of a client, bounded: real libzmq sockets and honest clients, and hostile ones by hand.

Most tests watch a port without keys, where a hostile client is a few bytes; the last one has a key.
"""

from __future__ import annotations

import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import zmq

from omote.commands.keys import add_client, panel_token
from protocol.codec import encode
from protocol.keys import ClientKey, read_client_key
from protocol.messages import ControlMessage
from runtime.access.bind import make_bind
from runtime.access.curve_watch import (
    CHECK_S,
    MAX_CONNECTIONS,
    MAX_KEPT_OF_ALL,
    MAX_SUBSCRIPTIONS,
    CurveWatch,
)
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.waiting import until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux says how much a connection has received"
)
MB = 1024 * 1024


class Watched:
    """A watched libzmq socket, served by the test."""

    def __init__(self, kind: int) -> None:
        self.context = zmq.Context()
        self.socket = self.context.socket(kind)
        self.honest = self.context.socket(zmq.PUSH if kind == zmq.PULL else zmq.SUB)
        self.dropped: list[str] = []
        self.watch = CurveWatch(self.socket, lambda reason, detail: self.dropped.append(reason))
        self.port = self.socket.bind_to_random_port("tcp://127.0.0.1")
        self.honest.connect(f"tcp://127.0.0.1:{self.port}")
        self.got: list[bytes] = []
        self._now_s = 0.0

    def serve(self) -> bool:
        """One turn of a runtime's thread; true from the second one on."""
        with suppress(zmq.Again):
            while True:
                *_, frame = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
                is_subscription = self.socket.type == zmq.XPUB and frame.bytes[:1] == b"\1"
                self.watch.delivered(frame, is_subscription=is_subscription)
                self.got.append(frame.bytes)
        self._now_s += CHECK_S
        self.watch.check(self._now_s)
        return self._now_s > CHECK_S

    def until(self, what: Callable[[], object]) -> None:
        until(lambda: self.serve() and what())

    def close(self) -> None:
        self.watch.close()
        self.watch.close()
        self.socket.close(linger=0)
        self.honest.close(linger=0)
        self.context.term()


@pytest.fixture
def make_watched() -> Iterator[Callable[[int], Watched]]:
    made: list[Watched] = []

    def make(kind: int) -> Watched:
        made.append(Watched(kind))
        return made[-1]

    yield make
    for one in made:
        one.close()


def by_hand(port: int, kind: bytes) -> socket.socket:
    """A ZMTP 3 connection after its handshake."""
    opened = socket.create_connection(("127.0.0.1", port), 10.0)
    opened.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16 + 1 + 31))
    ready = b"\x05READY\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
    opened.sendall(b"\x04" + bytes((len(ready),)) + ready)
    answer = b""
    while b"READY" not in answer:
        answer += opened.recv(4096)
    return opened


def sending_parts(opened: socket.socket, size: int) -> threading.Thread:
    """Send parts of a message without an end until the connection is cut."""
    part = b"\x03" + size.to_bytes(8, "big") + bytes(size)

    def send() -> None:
        with suppress(OSError):
            while True:
                opened.sendall(part)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


def is_cut(opened: socket.socket) -> bool:
    """Whether the other side has ended the connection; what it has sent is read and forgotten."""
    try:
        while select.select([opened], [], [], 0)[0]:
            if not opened.recv(65536):
                return True
    except OSError:
        return True
    return False


@pytest.mark.parametrize("size", [MB, 65536, 300])
def test_a_message_without_an_end_is_cut_and_others_are_served(
    make_watched: Callable[[int], Watched], size: int
) -> None:
    watched = make_watched(zmq.PULL)
    watched.honest.send(b"before")
    watched.until(lambda: watched.got == [b"before"])
    with by_hand(watched.port, b"PUSH") as hostile:
        sending = sending_parts(hostile, size)
        watched.until(lambda: is_cut(hostile))
        with suppress(OSError):
            hostile.shutdown(socket.SHUT_RDWR)
        sending.join(20.0)
    assert watched.dropped == ["unfinished message"]
    watched.honest.send(b"after")
    watched.until(lambda: watched.got == [b"before", b"after"])
    assert watched.watch.connections == 1


def test_messages_that_end_are_never_cut_whatever_they_are_in_all(
    make_watched: Callable[[int], Watched],
) -> None:
    watched = make_watched(zmq.PULL)
    for number in range(100):
        watched.honest.send_multipart([bytes(MB // 4)] * 2 + [str(number).encode()])
        if number % 20 == 19:
            watched.until(lambda number=number: len(watched.got) == number + 1)  # type: ignore[misc]
    assert watched.got == [str(number).encode() for number in range(100)]
    assert watched.dropped == []


def test_many_clients_that_keep_a_little_each_are_bounded_together(
    make_watched: Callable[[int], Watched],
) -> None:
    watched = make_watched(zmq.PULL)
    each = 3 * MB
    hostile = [by_hand(watched.port, b"PUSH") for _ in range(16)]
    for one in hostile:
        one.sendall(b"\x03" + each.to_bytes(8, "big") + bytes(each))
        watched.serve()
    left = MAX_KEPT_OF_ALL // each  # 10 of 16
    watched.until(lambda: sum(not is_cut(one) for one in hostile) == left)
    assert watched.dropped == ["unfinished message"] * (len(hostile) - left)
    for one in hostile:
        one.close()


def test_connections_are_counted_and_those_that_say_nothing_give_way(
    make_watched: Callable[[int], Watched],
) -> None:
    watched = make_watched(zmq.PULL)
    watched.honest.send(b"before")
    watched.until(lambda: watched.got)
    silent = [
        socket.create_connection(("127.0.0.1", watched.port), 10.0) for _ in range(MAX_CONNECTIONS + 20)
    ]
    watched.until(lambda: len(watched.dropped) == 21)
    assert set(watched.dropped) == {"too many connections"}
    assert watched.watch.connections == MAX_CONNECTIONS
    watched.honest.send(b"after")
    watched.until(lambda: watched.got == [b"before", b"after"])
    for one in silent:
        one.close()
    watched.until(lambda: watched.watch.connections == 1)


def test_a_client_with_ever_new_subscriptions_is_cut(make_watched: Callable[[int], Watched]) -> None:
    watched = make_watched(zmq.XPUB)
    with by_hand(watched.port, b"SUB") as hostile:
        watched.honest.setsockopt(zmq.SUBSCRIBE, b"omote")
        watched.until(lambda: watched.got == [b"\1omote"])
        topics = b"".join(b"\x00\x05\x01%04d" % number for number in range(MAX_SUBSCRIPTIONS + 1))
        hostile.sendall(topics)
        watched.until(lambda: is_cut(hostile))
        assert watched.dropped == ["too many subscriptions"]
        watched.socket.send(b"omote 1")
        assert watched.honest.recv() == b"omote 1"


class CuttingRelay:
    """Passes a client's bytes on to a port, but never the last of what it sends: its message has no end."""

    def __init__(self, port: int, *, stops_at: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._target = port
        self._stops_at = stops_at
        self.is_cut = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        client, _ = self._listener.accept()
        with client, self._listener, socket.create_connection(("127.0.0.1", self._target)) as server:
            threading.Thread(target=self._back, args=(server, client), daemon=True).start()
            passed = 0
            with suppress(OSError):
                while data := client.recv(65536):
                    passed += len(data)
                    if passed < self._stops_at:
                        server.sendall(data)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        self.is_cut.set()


def test_a_key_holders_message_without_an_end_is_cut(tmp_path: Path) -> None:
    """Its parts are encrypted, so a real client makes them, and a relay holds back the last one."""
    keys = tmp_path / "keys"
    add_client(keys, "known", tmp_path / "known.omote-key")
    panel_token(keys)
    key = read_client_key(tmp_path / "known.omote-key")
    inbox = Inbox()
    pose = ControlMessage(layer="pose", source="tester", values={"yaw": 0.25})
    with Receiver(inbox, ReceiverPorts(0, None, None, None), make_bind("0.0.0.0", keys=keys)) as receiver:
        assert receiver.ports.control is not None
        relay = CuttingRelay(receiver.ports.control, stops_at=30 * MB)
        with zmq.Context() as context:
            hostile, honest = (_pushing(context, port, key) for port in (relay.port, receiver.ports.control))
            hostile.send_multipart([bytes(65536)] * 500)
            until(relay.is_cut.is_set)
            until(lambda: inbox.dropped() == {"unfinished message": 1})
            honest.send(encode(pose))
            [received] = until(inbox.take)  # type: ignore[misc]
            assert received.message.values == {"yaw": 0.25}
            for one in (hostile, honest):
                one.close(linger=0)


def _pushing(context: zmq.Context[zmq.Socket[bytes]], port: int, key: ClientKey) -> zmq.Socket[bytes]:
    made = context.socket(zmq.PUSH)
    made.curve_secretkey, made.curve_publickey, made.curve_serverkey = key.options()
    made.connect(f"tcp://127.0.0.1:{port}")
    return made


def test_that_a_reader_is_gone_is_heard_though_nobody_has_sent_it(
    make_watched: Callable[[int], Watched],
) -> None:
    watched = make_watched(zmq.XPUB)
    with by_hand(watched.port, b"SUB") as reader:
        reader.sendall(b"\x00\x02\x01x")
        watched.until(lambda: b"\1x" in watched.got)
    watched.until(lambda: b"\0x" in watched.got)
    assert watched.dropped == []


def test_what_readers_have_got_is_counted(make_watched: Callable[[int], Watched]) -> None:
    watched = make_watched(zmq.XPUB)
    with by_hand(watched.port, b"SUB") as reader:
        reader.sendall(b"\x00\x02\x01x")
        watched.until(lambda: b"\1x" in watched.got)
        before = watched.watch.sent_bytes
        message = b"x" + bytes(200)
        for _ in range(50):
            watched.socket.send(message)
        left = 50 * (len(message) + 2)  # a header of ZMTP before each
        while left > 0:
            left -= len(reader.recv(65536))
        watched.until(lambda: watched.watch.sent_bytes - before >= 50 * (len(message) + 2))
    watched.until(lambda: b"\0x" in watched.got)
    assert watched.watch.sent_bytes - before < 60 * (len(message) + 2)  # what is counted stays
