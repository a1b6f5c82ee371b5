from __future__ import annotations

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack

import msgspec
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from protocol.frames.frame_header import HEADER_BYTES, unpack_header
from protocol.messages import Command, ControlMessage, Reply, Status
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.panel.server import BAD_TOKEN, FULL, MAX_CLIENTS
from runtime.publishers.browser import BrowserPublisher
from tests.waiting import until

ACK = '{"type":"ack"}'
MakeFrame = Callable[..., Frame]


def open_socket(publisher: BrowserPublisher, query: str = "", origin: str | None = None) -> ClientConnection:
    address = f"ws://127.0.0.1:{publisher.port}/socket{query}"
    return connect(address, origin=origin, compression=None, close_timeout=1, max_size=2**24)  # type: ignore[arg-type]


def frame_id(message: str | bytes) -> int:
    assert isinstance(message, bytes)
    return unpack_header(message).frame_id


def test_a_foreign_page_is_refused_and_counted(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with pytest.raises(InvalidStatus) as refused:
        open_socket(publisher, origin="http://evil.example")
    assert refused.value.response.status_code == 403
    assert inbox.dropped() == {"panel: foreign page": 1}


def test_a_rebound_name_is_refused_for_pages_too(publisher: BrowserPublisher, inbox: Inbox) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{publisher.port}/", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    assert refused.value.code == 403
    refused.value.close()
    assert inbox.dropped() == {"panel: foreign page": 1}


def test_pixels_arrive_as_published(publisher: BrowserPublisher) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (48, 80, 4), np.uint8)
    with open_socket(publisher) as client:
        client.send(ACK)
        received = receive_frame(client, publisher, Frame(pixels, frame_id=5, receive_time_ns=7))
    header = unpack_header(received)
    assert (header.width, header.height, header.frame_id, header.receive_time_ns) == (80, 48, 5, 7)
    np.testing.assert_array_equal(
        np.frombuffer(received, np.uint8, offset=HEADER_BYTES).reshape(48, 80, 4), pixels
    )


def receive_frame(client: ClientConnection, publisher: BrowserPublisher, frame: Frame) -> bytes:
    """The first frame a client gets; published again until the server knows the client."""
    while True:
        publisher.publish(frame)
        try:
            message = client.recv(timeout=0.05)
        except TimeoutError:
            continue
        assert isinstance(message, bytes)
        return message


def test_a_slow_client_gets_the_newest_frame(publisher: BrowserPublisher, make_frame: MakeFrame) -> None:
    with open_socket(publisher) as client:
        assert frame_id(receive_frame(client, publisher, make_frame(1))) == 1
        for number in range(2, 60):
            publisher.publish(make_frame(number))
        with pytest.raises(TimeoutError):
            client.recv(timeout=0.1)  # it has not drawn the first yet
        client.send(ACK)
        assert frame_id(client.recv(timeout=60)) == 59
        with pytest.raises(TimeoutError):
            client.recv(timeout=0.1)  # none twice, none old


def test_a_client_that_never_reads_delays_no_other(
    publisher: BrowserPublisher, make_frame: MakeFrame, inbox: Inbox
) -> None:
    with open_socket(publisher) as client:
        receive_frame(client, publisher, make_frame(1))
        stuck = socket.create_connection(("127.0.0.1", publisher.port))
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.sendall(
            b"GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        stuck.recv(64)
        for number in range(2, 12):
            publisher.publish(make_frame(number, size=1024))
            client.send(ACK)
            assert frame_id(client.recv(timeout=60)) == number
        publisher.close()
        assert not publisher._thread.is_alive()  # it did not wait for the stuck one
        stuck.close()


def test_frames_are_never_torn(publisher: BrowserPublisher, make_frame: MakeFrame) -> None:
    frames = [make_frame(n, (n, n, n, n), size=256) for n in range(1, 9)]
    with open_socket(publisher) as client:
        received = receive_frame(client, publisher, frames[0])
        for _ in range(60):
            client.send(ACK)
            for frame in frames:
                publisher.publish(frame)
            received = client.recv(timeout=60)  # type: ignore[assignment]
            pixels = np.frombuffer(received, np.uint8, offset=HEADER_BYTES)
            assert pixels.min() == pixels.max() == frame_id(received)


def test_nothing_is_copied_without_clients(publisher: BrowserPublisher, make_frame: MakeFrame) -> None:
    publisher.publish(make_frame(1))
    assert publisher._latest.generation == 0


def test_control_reaches_the_inbox(publisher: BrowserPublisher, inbox: Inbox) -> None:
    before_ns = time.time_ns()
    with open_socket(publisher) as client:
        client.send(
            '{"type":"control","layer":"gaze","source":"x","values":{"yaw":0.25},"ttl_s":0.5,"priority":10}'
        )
        [received] = until(inbox.take)  # type: ignore[misc]
    assert received.message == ControlMessage(
        layer="gaze", source="panel", values={"yaw": 0.25}, ttl_s=0.5, priority=10
    )
    assert before_ns <= received.receive_time_ns <= time.time_ns()


def test_hostile_messages_are_counted_and_the_rest_goes_on(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with open_socket(publisher) as client:
        client.send(b"\xff" * 100)
        client.send("{" * 1000)
        client.send('{"type":"control","layer":"pose","source":"x","values":{"yaw":99}}')
        client.send('{"type":"control","layer":"pose","source":"x","values":{"nose":1,"yaw":0.1}}')
        client.send('{"type":"control","layer":"pose","source":"x","values":{"yaw":1e999}}')
        client.send('{"type":"command","name":"stop"}')
        [received] = until(inbox.take)  # type: ignore[misc]
        until(lambda: "command not for pages" in inbox.dropped())
    assert received.message.values == {"yaw": 0.1}
    dropped = inbox.dropped()
    assert dropped.pop("not JSON") >= 2
    # a number beyond a double is refused by the parser or as non-finite
    assert dropped.pop("non-finite value", 0) + dropped.pop("wrong type or missing field", 0) <= 1
    assert dropped == {"out of range": 1, "unknown channel": 1, "command not for pages": 1}


def test_an_oversized_message_ends_that_client_only(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with open_socket(publisher) as other, open_socket(publisher) as client:
        client.send("x" * 200_000)
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=60)
        until(lambda: inbox.dropped() == {"too large": 1})
        other.send('{"type":"control","layer":"pose","source":"x","values":{"yaw":0.1}}')
        until(inbox.take)


def test_bytes_that_are_no_http_end_that_connection_only(
    publisher: BrowserPublisher, status: Status, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(("127.0.0.1", publisher.port), timeout=60) as raw:
        raw.sendall(b"\x16\x03\x01\x02\x00\x01 hello\r\n\r\n")
        while raw.recv(4096):
            pass
    publisher.publish_status(status)
    with open_socket(publisher) as client:
        assert "Aoi" in str(client.recv(timeout=60))
    assert caplog.records == []


def test_commands_are_answered(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with open_socket(publisher) as client:
        client.send('{"type":"command","name":"release","argument":"panel","request_id":"7"}')
        [pending] = until(inbox.take_commands)  # type: ignore[misc]
        assert pending.command == Command(name="release", argument="panel", request_id="7")
        pending.answer(Reply(ok=True, request_id="7", message="done"))
        answer = client.recv(timeout=60)
    assert '"request_id":"7"' in str(answer)
    pending.answer(Reply(ok=True))  # the page is gone; nobody minds


def test_status_goes_to_those_who_come_later_too(publisher: BrowserPublisher, status: Status) -> None:
    publisher.publish_status(status)
    with open_socket(publisher) as client:
        assert '"avatar":"Aoi"' in str(client.recv(timeout=60))


def test_a_program_asks_for_the_status_by_http(publisher: BrowserPublisher, status: Status) -> None:
    address = f"http://127.0.0.1:{publisher.port}/status.json"
    with urllib.request.urlopen(address, timeout=60) as before:
        assert msgspec.json.decode(before.read()) is None
    publisher.publish_status(status)

    def found() -> object:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return msgspec.json.decode(answer.read(), type=Status | None)

    assert until(found) == status


def test_while_all_pages_are_used_one_more_is_turned_away(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with ExitStack() as clients:
        for _ in range(MAX_CLIENTS):
            used = clients.enter_context(open_socket(publisher))
            used.send('{"type":"command","name":"ping"}')
            until(inbox.take_commands)
        late = clients.enter_context(open_socket(publisher))
        with pytest.raises(ConnectionClosed) as turned_away:
            late.recv(timeout=60)
    assert turned_away.value.rcvd is not None
    assert turned_away.value.rcvd.code == FULL


def test_wide_bind_wants_its_token(inbox: Inbox, status: Status) -> None:
    token = "a-token-of-16-or-more"
    publisher = BrowserPublisher(inbox, port=0, host="0.0.0.0", token=token)
    try:
        assert publisher.url.endswith(f"/?token={token}")
        with open_socket(publisher) as stranger, pytest.raises(ConnectionClosed) as refused:
            stranger.recv(timeout=60)
        assert refused.value.rcvd is not None
        assert refused.value.rcvd.code == BAD_TOKEN
        publisher.publish_status(status)
        with open_socket(publisher, f"?token={token}") as friend:
            assert "Aoi" in str(friend.recv(timeout=60))
    finally:
        publisher.close()
