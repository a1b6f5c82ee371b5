"""The panel's server against those who mean it harm, or say too much."""

from __future__ import annotations

import json
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from protocol.frames.frame_header import JPEG_ALPHA, RGBA8, WEBP, unpack_header
from protocol.messages import Command
from runtime.avatars.builtin import DEFAULT, FOLDER
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.panel.connections import MAX_CONNECTIONS
from runtime.panel.rate_limit import BURST
from runtime.panel.server import BAD_TOKEN, FULL, MAX_CLIENTS
from runtime.publishers.browser import BrowserPublisher
from tests.waiting import until

MakeFrame = Callable[..., Frame]
TOKEN = "a-token-of-16-or-more"
YAW = '{"type":"control","layer":"pose","source":"x","values":{"yaw":0.1}}'


def open_socket(publisher: BrowserPublisher, query: str = "") -> ClientConnection:
    address = f"ws://127.0.0.1:{publisher.port}/socket{query}"
    return connect(address, compression=None, close_timeout=1, max_size=2**24)


def status_of(publisher: BrowserPublisher, path: str, headers: dict[str, str] | None = None) -> int:
    """What GET answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{publisher.port}{path}", headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


@pytest.fixture
def guarded(inbox: Inbox) -> Iterator[BrowserPublisher]:
    """A panel that others can reach, with a token."""
    publisher = BrowserPublisher(inbox, port=0, host="0.0.0.0", token=TOKEN)
    yield publisher
    publisher.close()


def test_a_flood_of_messages_is_slowed_and_delays_no_other_page(
    publisher: BrowserPublisher, inbox: Inbox, make_frame: MakeFrame
) -> None:
    stop = threading.Event()
    with open_socket(publisher) as flood, open_socket(publisher) as other:
        flood.socket.settimeout(0.5)  # its own socket is full soon: nobody reads what it says

        def pour() -> None:
            try:
                while not stop.is_set():
                    flood.send(YAW)
            except (OSError, ConnectionClosed):
                return

        pouring = threading.Thread(target=pour)
        pouring.start()
        until(lambda: inbox.dropped().get("panel: too fast"))
        until(lambda: publisher._server.clients == 2)
        for number in range(1, 20):  # the other page gets its pictures and is heard
            publisher.publish(make_frame(number))
            message = other.recv(timeout=60)
            assert isinstance(message, bytes)
            assert unpack_header(message).frame_id == number
            other.send('{"type":"ack"}')
        other.send('{"type":"command","name":"ping","request_id":"7"}')
        until(inbox.take_commands)
        stop.set()
        pouring.join(60)
    assert not pouring.is_alive()
    assert len(inbox.take()) <= 1  # however many came, one waits


def test_a_page_that_is_used_by_hand_is_never_slowed(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with open_socket(publisher) as page:
        for _ in range(int(BURST) - 10):
            page.send(YAW)
        page.send('{"type":"command","name":"ping"}')
        until(inbox.take_commands)
    assert inbox.dropped() == {}


def test_connections_that_say_nothing_give_way(publisher: BrowserPublisher, inbox: Inbox) -> None:
    silent = []
    with open_socket(publisher) as page:
        page.send(YAW)
        until(inbox.take)
        for _ in range(MAX_CONNECTIONS + 20):
            silent.append(socket.create_connection(("127.0.0.1", publisher.port), timeout=60))
        until(lambda: inbox.dropped().get("panel: too many connections", 0) >= 20)
        assert status_of(publisher, "/") == 200  # while all of them are held
        with open_socket(publisher) as other:
            other.send('{"type":"command","name":"ping","request_id":"7"}')
            until(inbox.take_commands)
        page.send(YAW)  # a page that is used keeps its connection
        until(inbox.take)
        for one in silent:
            one.close()


def test_requests_that_never_end_give_way(publisher: BrowserPublisher) -> None:
    stop, slow = threading.Event(), []
    for _ in range(MAX_CONNECTIONS + 20):
        slow.append(socket.create_connection(("127.0.0.1", publisher.port), timeout=60))
        slow[-1].sendall(b"GET / HTTP/1.1\r\n")

    def drip() -> None:
        while not stop.wait(0.05):
            for one in slow:
                with suppress(OSError):
                    one.sendall(b"X: y\r\n")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        assert status_of(publisher, "/") == 200
    finally:
        stop.set()
        dripping.join()
        for one in slow:
            one.close()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",  # never ends
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",  # answered, and its client stays
        b"GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n",
    ],
)
def test_a_connection_that_becomes_no_page_is_ended_by_the_server(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, request_bytes: bytes
) -> None:
    monkeypatch.setattr("runtime.panel.server.OPEN_S", 0.2)
    publisher = BrowserPublisher(inbox, port=0)
    try:
        with socket.create_connection(("127.0.0.1", publisher.port), timeout=60) as client:
            client.sendall(request_bytes)
            with suppress(ConnectionResetError):
                while client.recv(65536):
                    pass
        until(lambda: not publisher._server._connections._open)
    finally:
        publisher.close()


def test_pages_that_say_nothing_give_way_to_a_new_one(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with ExitStack() as held:
        used = held.enter_context(open_socket(publisher))
        used.send(YAW)
        until(inbox.take)
        silent = [held.enter_context(open_socket(publisher)) for _ in range(MAX_CLIENTS - 1)]
        until(lambda: publisher._server.clients == MAX_CLIENTS)
        newest = held.enter_context(open_socket(publisher))
        newest.send('{"type":"command","name":"ping"}')
        until(inbox.take_commands)
        with pytest.raises(ConnectionClosed) as closed:  # the oldest of the silent ones
            silent[0].recv(timeout=60)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == FULL
        used.send(YAW)
        until(inbox.take)


def test_a_page_that_does_not_draw_its_frame_gives_way(
    publisher: BrowserPublisher, inbox: Inbox, make_frame: MakeFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.panel.page_client.SLOW_S", 0.0)
    with ExitStack() as held:
        pages = [held.enter_context(open_socket(publisher)) for _ in range(MAX_CLIENTS)]
        for page in pages:
            page.send('{"type":"command","name":"ping"}')
        until(lambda: publisher._server.clients == MAX_CLIENTS)
        publisher.publish(make_frame(1))
        for page in pages:
            assert isinstance(page.recv(timeout=60), bytes)
        for page in (*pages[:7], *pages[8:]):
            page.send('{"type":"ack"}')
            page.send('{"type":"command","name":"status"}')
        heard = 0

        def are_all_heard() -> bool:
            nonlocal heard
            heard += sum(one.command.name == "status" for one in inbox.take_commands())
            return heard == MAX_CLIENTS - 1

        until(are_all_heard)
        newest = held.enter_context(open_socket(publisher))
        newest.send(YAW)
        until(inbox.take)
        with pytest.raises(ConnectionClosed) as closed:
            pages[7].recv(timeout=60)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == FULL


def test_each_page_drives_under_a_name_of_its_own(publisher: BrowserPublisher, inbox: Inbox) -> None:
    def source_of(page: ClientConnection) -> str:
        page.send(YAW)
        [received] = until(inbox.take)  # type: ignore[misc]
        return str(received.message.source)

    with open_socket(publisher) as second_to_go:
        with open_socket(publisher) as first_to_go:
            assert source_of(first_to_go) == "panel"
            assert source_of(second_to_go) == "panel (2)"
            assert source_of(first_to_go) == "panel"
        until(lambda: publisher._server.clients == 1)
        with open_socket(publisher) as reloaded:
            assert source_of(reloaded) == "panel"
    until(lambda: publisher._server.clients == 0)
    assert inbox.names.claim("tcp 1", "pose", "panel", 0.0) == "panel (2)"  # no other peer is ever "panel"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {"Origin": "http://[::1"}, 403),
        ("/", {"Origin": "http://[x]"}, 403),
        ("/", {"Host": "[::1"}, 403),
        ("/", {"Host": "[x]:80"}, 403),
        ("//[x", {}, 404),
        ("//[x]/socket", {}, 404),
        ("/takes.json?token=%[", {}, 200),
        ("/avatars/%00.webp", {}, 404),
        ("/avatars/..%2f..%2fetc.webp", {}, 404),
        ("/" + "a" * 5000, {}, 404),
    ],
)
def test_malformed_addresses_are_answered_and_not_logged(
    publisher: BrowserPublisher,
    caplog: pytest.LogCaptureFixture,
    path: str,
    headers: dict[str, str],
    status: int,
) -> None:
    assert status_of(publisher, path, headers) == status
    assert caplog.records == []


def test_a_refused_header_is_quoted_in_part_only(publisher: BrowserPublisher, inbox: Inbox) -> None:
    assert status_of(publisher, "/", {"Origin": "http://" + "x" * 4000}) == 403
    [note] = inbox.drop_notes()
    assert len(note) < 250


def test_a_message_of_thousands_of_unknown_channels_is_counted_once(
    publisher: BrowserPublisher, inbox: Inbox
) -> None:
    values = {f"x{n}": 0.5 for n in range(4000)} | {"yaw": 0.125}
    with open_socket(publisher) as page:
        page.send(json.dumps({"type": "control", "layer": "pose", "source": "x", "values": values}))
        [received] = until(inbox.take)  # type: ignore[misc]
    assert received.message.values == {"yaw": 0.125}
    assert inbox.dropped() == {"unknown channel": 4000}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has all of 127.0.0.0/8")
def test_any_loopback_address_serves_without_a_token(inbox: Inbox) -> None:
    publisher = BrowserPublisher(inbox, port=0, host="127.0.0.2")
    try:
        with urllib.request.urlopen(publisher.url, timeout=60) as answer:
            assert (publisher.url.startswith("http://127.0.0.2:"), answer.status) == (True, 200)
    finally:
        publisher.close()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:1@evil.example", "", "[::"]
)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/obs",
        "/status.json",
        "/avatars.json",
        "/takes.json",
        "/trackers.json",
        "/avatars/builtin.webp",
        "/making",
    ],
)
def test_every_page_is_kept_from_foreign_hosts(publisher: BrowserPublisher, host: str, path: str) -> None:
    assert status_of(publisher, path, {"Host": host}) in (400, 403)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1", "https://localhost:1"])
def test_every_page_is_kept_from_foreign_origins(publisher: BrowserPublisher, origin: str) -> None:
    for path in (
        "/",
        "/status.json",
        "/avatars.json",
        "/takes.json",
        "/trackers.json",
        "/avatars/ines.omote",
    ):
        assert status_of(publisher, path, {"Origin": origin}) == 403
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{publisher.port}/socket", origin=origin)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "token", ["", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "x" * 4000, "%00", "%ff%fe", "é" * 21]
)
def test_a_token_that_is_wrong_in_any_way_opens_nothing(
    guarded: BrowserPublisher, inbox: Inbox, token: str
) -> None:
    query = f"?token={urllib.request.quote(token, safe='%')}"  # type: ignore[attr-defined]
    for path in ("/status.json", "/avatars.json", "/takes.json", "/trackers.json", "/avatars/ines.omote"):
        assert status_of(guarded, path + query) == 403
    with open_socket(guarded, query) as stranger, pytest.raises(ConnectionClosed) as refused:
        stranger.recv(timeout=60)
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == BAD_TOKEN
    assert inbox.dropped() == {"panel: wrong token": 6}


def test_the_right_token_opens_the_lists(guarded: BrowserPublisher) -> None:
    for path in ("/status.json", "/avatars.json", "/takes.json", "/avatars/builtin.webp"):
        assert status_of(guarded, f"{path}?token={TOKEN}") == 200


def test_a_query_of_a_thousand_parts_is_no_token(guarded: BrowserPublisher) -> None:
    assert (
        status_of(guarded, "/takes.json?" + "&".join(f"a{n}=1" for n in range(900)) + f"&token={TOKEN}")
        == 403
    )


def test_a_page_wears_by_name_and_never_by_path(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with open_socket(publisher) as page:
        for argument in ("/etc", "../avatars", "C:\\\\avatars", ""):
            page.send(f'{{"type":"command","name":"load_avatar","argument":"{argument}","request_id":"1"}}')
            reply = json.loads(page.recv(timeout=60))
            assert (reply["ok"], "choose one of the list" in reply["message"]) == (False, True)
        assert inbox.take_commands() == []
        page.send('{"type":"command","name":"load_avatar","argument":"builtin","request_id":"2"}')
        [pending] = until(inbox.take_commands)  # type: ignore[misc]
    folder = str(FOLDER / DEFAULT)
    assert pending.command == Command(name="load_avatar", argument=folder, request_id="2")


@pytest.mark.parametrize(("wished", "pixel_format"), [("raw", RGBA8), ("webp", WEBP), ("jpeg", JPEG_ALPHA)])
def test_pictures_come_as_wished(
    publisher: BrowserPublisher, make_frame: MakeFrame, wished: str, pixel_format: int
) -> None:
    with open_socket(publisher, f"?encoding={wished}") as page:
        until(lambda: publisher._server.clients)
        publisher.publish(make_frame(5, (9, 8, 7, 100)))
        message = page.recv(timeout=60)
    assert isinstance(message, bytes)
    header = unpack_header(message, formats=(RGBA8, WEBP, JPEG_ALPHA))
    assert (header.format, header.frame_id) == (pixel_format, 5)


def test_an_unknown_encoding_is_counted_and_gets_the_usual_one(
    publisher: BrowserPublisher, inbox: Inbox, make_frame: MakeFrame
) -> None:
    with open_socket(publisher, "?encoding=gif") as page:
        until(lambda: publisher._server.clients)
        publisher.publish(make_frame(1))
        message = page.recv(timeout=60)
    assert isinstance(message, bytes)
    assert unpack_header(message).format == RGBA8
    assert inbox.dropped() == {"panel: unknown encoding": 1}


def test_pages_of_every_encoding_see_the_newest_frame_each_at_its_own_pace(
    publisher: BrowserPublisher, make_frame: MakeFrame
) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (96, 96, 4), np.uint8)
    with (
        open_socket(publisher, "?encoding=webp") as first,
        open_socket(publisher, "?encoding=webp") as second,
        open_socket(publisher, "?encoding=jpeg") as third,
        open_socket(publisher) as raw,
    ):
        until(lambda: publisher._server.clients == 4)
        for number in range(1, 15):
            publisher.publish(Frame(pixels, frame_id=number))
            for page in (first, third, raw, second):
                message = page.recv(timeout=60)
                assert isinstance(message, bytes)
                assert unpack_header(message, formats=(RGBA8, WEBP, JPEG_ALPHA)).frame_id == number
                page.send('{"type":"ack"}')


def test_nothing_is_encoded_for_those_who_take_it_raw(
    publisher: BrowserPublisher, make_frame: MakeFrame
) -> None:
    with open_socket(publisher) as page:
        until(lambda: publisher._server.clients)
        publisher.publish(make_frame(1))
        page.recv(timeout=60)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("omote-encoder")]
