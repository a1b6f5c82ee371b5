"""The frame port on real sockets: libzmq's SUB, and subscribers that read nothing or ask for everything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import zmq

from protocol.zmtp import GREETING
from runtime.access.ports import bind_tcp
from runtime.errors import PublishError
from runtime.publishers import zmtp_subscribers
from runtime.publishers.zmtp_subscribers import MAX_TOPICS, ZmtpSubscribers
from tests.waiting import until

LARGE = 1024 * 1024


@pytest.fixture
def port() -> Iterator[ZmtpSubscribers]:
    opened = ZmtpSubscribers(bind_tcp(0, "publish"))
    yield opened
    opened.close()


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    made = zmq.Context()
    yield made
    made.destroy(linger=0)


def publish(port: ZmtpSubscribers, topic: bytes, size: int, fill: int) -> None:
    buffer = port.buffer(size)
    buffer.message[:] = topic + bytes((fill,)) * (size - len(topic))
    port.publish(topic, buffer)


def by_hand(port: ZmtpSubscribers, *topics: bytes) -> socket.socket:
    """A subscriber that reads only when it is told to."""
    opened = socket.create_connection(("127.0.0.1", port.port))
    ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"
    opened.sendall(GREETING + b"\x04" + bytes((len(ready),)) + ready)
    for topic in topics:
        opened.sendall(b"\x00" + bytes((len(topic) + 1,)) + b"\1" + topic)
    return opened


def test_each_subscriber_gets_the_topics_it_wants(
    port: ZmtpSubscribers, context: zmq.Context[zmq.Socket[bytes]]
) -> None:
    subscribers = []
    for topic in (b"AAAA", b"BBBB", b""):
        one = context.socket(zmq.SUB)
        one.setsockopt(zmq.SUBSCRIBE, topic)
        one.setsockopt(zmq.RCVTIMEO, 60_000)
        one.connect(f"tcp://127.0.0.1:{port.port}")
        subscribers.append(one)
    until(lambda: port.wanted == {b"AAAA", b"BBBB", b""})
    publish(port, b"BBBB", LARGE, 7)
    assert subscribers[1].recv() == b"BBBB" + b"\7" * (LARGE - 4)
    assert subscribers[2].recv() == b"BBBB" + b"\7" * (LARGE - 4)
    publish(port, b"AAAA", 10, 1)
    assert subscribers[0].recv() == b"AAAA" + b"\1" * 6
    assert subscribers[2].recv()[:4] == b"AAAA"
    assert not subscribers[0].poll(50)
    for one in subscribers:
        one.close()


def test_a_subscriber_that_reads_nothing_costs_one_buffer_and_no_other_waits(
    port: ZmtpSubscribers, context: zmq.Context[zmq.Socket[bytes]]
) -> None:
    with by_hand(port, b"F"), context.socket(zmq.SUB) as good:
        good.setsockopt(zmq.SUBSCRIBE, b"F")
        good.setsockopt(zmq.RCVTIMEO, 60_000)
        good.connect(f"tcp://127.0.0.1:{port.port}")
        until(lambda: len(port._subscribers) == 2)
        for number in range(60):
            publish(port, b"F", LARGE, number)
            assert good.recv()[-1] == number
        assert len(port._pool) <= 4


def test_one_that_is_slow_gets_the_newest_next(port: ZmtpSubscribers) -> None:
    with by_hand(port, b"F") as slow:
        until(lambda: port.wanted)
        for number in range(40):
            publish(port, b"F", LARGE, number)
            until(lambda: not port._published)
        slow.settimeout(60)
        got = bytearray()
        seen: list[int] = []
        at = 64 + 27  # our greeting, and READY with Socket-Type PUB
        while not seen or seen[-1] != 39:
            got += slow.recv(1 << 20)
            while len(got) >= at + 9 + LARGE:
                seen.append(got[at + 9 + LARGE - 1])
                at += 9 + LARGE
    assert seen == sorted(set(seen))  # in order, none twice
    assert len(seen) < 40  # what nobody could take any more was left out


def test_one_that_stalls_is_cut(port: ZmtpSubscribers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zmtp_subscribers, "STALLED_S", 0.2)
    with by_hand(port, b"F"):
        until(lambda: port.wanted)

        def is_cut() -> bool:
            publish(port, b"F", LARGE, 1)
            return not port._subscribers

        until(is_cut)
    assert port.wanted == frozenset()


@pytest.mark.parametrize("topics", [[bytes((65 + n,)) for n in range(MAX_TOPICS + 1)], [b"x" * 65]])
def test_too_many_or_too_long_topics_cut_the_connection(port: ZmtpSubscribers, topics: list[bytes]) -> None:
    with by_hand(port, *topics) as greedy:
        greedy.settimeout(60)
        try:
            while greedy.recv(1000):
                pass
        except ConnectionResetError:
            pass
    until(lambda: not port._subscribers)


def test_after_close_publishing_says_so_and_no_thread_is_left() -> None:
    before = set(threading.enumerate())
    opened = ZmtpSubscribers(bind_tcp(0, "publish"))
    opened.close()
    opened.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(PublishError, match=str(opened.port)):
        opened.wants(b"F")
