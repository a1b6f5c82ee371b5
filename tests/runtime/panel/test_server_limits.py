"""The panel's server against those who mean it harm, or say too much."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from protocol.frames.frame_header import JPEG_ALPHA, RGBA8, WEBP, unpack_header
from protocol.messages import Command
from runtime.avatars.builtin import DEFAULT, FOLDER
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.panel.rate_limit import BURST
from runtime.panel.server import BAD_TOKEN, MAX_CONNECTIONS
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
        with urllib.request.urlopen(request, timeout=5) as answer:
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
            message = other.recv(timeout=5)
            assert isinstance(message, bytes)
            assert unpack_header(message).frame_id == number
            other.send('{"type":"ack"}')
        other.send('{"type":"command","name":"ping","request_id":"7"}')
        until(inbox.take_commands)
        stop.set()
        pouring.join(10)
    assert not pouring.is_alive()
    assert len(inbox.take()) <= 1  # however many came, one waits


def test_a_page_that_is_used_by_hand_is_never_slowed(publisher: BrowserPublisher, inbox: Inbox) -> None:
    with open_socket(publisher) as page:
        for _ in range(int(BURST) - 10):
            page.send(YAW)
        page.send('{"type":"command","name":"ping"}')
        until(inbox.take_commands)
    assert inbox.dropped() == {}


def test_connections_that_say_nothing_cannot_shut_others_out(
    publisher: BrowserPublisher, inbox: Inbox
) -> None:
    silent = []
    with open_socket(publisher) as page:
        for _ in range(MAX_CONNECTIONS + 20):
            silent.append(socket.create_connection(("127.0.0.1", publisher.port), timeout=5))
        until(lambda: inbox.dropped().get("panel: too many connections", 0) >= 20)
        page.send(YAW)  # who is in stays in
        until(inbox.take)
        for one in silent:
            one.close()
        until(lambda: status_of(publisher, "/") == 200)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost:1@evil.example", "", "[::"]
)
@pytest.mark.parametrize("path", ["/", "/obs", "/avatars.json", "/takes.json", "/avatars/builtin.webp"])
def test_every_page_is_kept_from_foreign_hosts(publisher: BrowserPublisher, host: str, path: str) -> None:
    assert status_of(publisher, path, {"Host": host}) in (400, 403)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1", "https://localhost:1"])
def test_every_page_is_kept_from_foreign_origins(publisher: BrowserPublisher, origin: str) -> None:
    for path in ("/", "/avatars.json", "/takes.json"):
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
    for path in ("/avatars.json", "/takes.json", "/avatars/builtin.webp"):
        assert status_of(guarded, path + query) == 403
    with open_socket(guarded, query) as stranger, pytest.raises(ConnectionClosed) as refused:
        stranger.recv(timeout=5)
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == BAD_TOKEN
    assert inbox.dropped() == {"panel: wrong token": 4}


def test_the_right_token_opens_the_lists(guarded: BrowserPublisher) -> None:
    for path in ("/avatars.json", "/takes.json", "/avatars/builtin.webp"):
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
            reply = json.loads(page.recv(timeout=5))
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
        message = page.recv(timeout=5)
    assert isinstance(message, bytes)
    header = unpack_header(message, formats=(RGBA8, WEBP, JPEG_ALPHA))
    assert (header.format, header.frame_id) == (pixel_format, 5)


def test_an_unknown_encoding_is_counted_and_gets_the_usual_one(
    publisher: BrowserPublisher, inbox: Inbox, make_frame: MakeFrame
) -> None:
    with open_socket(publisher, "?encoding=gif") as page:
        until(lambda: publisher._server.clients)
        publisher.publish(make_frame(1))
        message = page.recv(timeout=5)
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
                message = page.recv(timeout=5)
                assert isinstance(message, bytes)
                assert unpack_header(message, formats=(RGBA8, WEBP, JPEG_ALPHA)).frame_id == number
                page.send('{"type":"ack"}')


def test_nothing_is_encoded_for_those_who_take_it_raw(
    publisher: BrowserPublisher, make_frame: MakeFrame
) -> None:
    with open_socket(publisher) as page:
        until(lambda: publisher._server.clients)
        publisher.publish(make_frame(1))
        page.recv(timeout=5)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("omote-encoder")]
