"""The panel's WebSocket for making avatars, with a small program in the real one's place: who may use it, and how."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from face.avatar import ORIGINAL_PHOTO, load_avatar
from protocol.codec import MAX_MESSAGE_BYTES
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.avatars.shelf_changes import ShelfChanges
from runtime.intake.inbox import Inbox
from runtime.panel.catalogs import PanelCatalogs
from runtime.panel.making import BUSY, Making
from runtime.panel.making_requests import MAX_UPLOAD_BYTES
from runtime.panel.server import BAD_TOKEN
from runtime.publishers.browser import BrowserPublisher
from runtime.takes.folder import TakeFolder
from tests.waiting import PATIENCE_S, until

TOKEN = "a-token-of-16-or-more"
#: Finds one face in everything, and makes an avatar of a name nobody chose.
PROGRAM = """
import json, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
for line in sys.stdin:
    task = json.loads(line)
    if task["type"] == "look":
        (folder / "picture.webp").write_bytes((folder / "photo").read_bytes()[:20])
        face = {"box": [0, 0, 1, 1], "cut": [0, 0, 1], "sides": [1, 2]}
        answer = {"type": "seen", "width": 4, "height": 3, "faces": [face]}
    elif task["face"] == 9:
        time.sleep(3600)
    elif task["face"] == 2:
        answer = {"type": "refused", "message": "there is no face 2"}
    else:
        print(json.dumps({"type": "step", "name": "painting", "number": 1, "of": 1}), flush=True)
        avatar = folder / "avatar"
        avatar.mkdir(exist_ok=True)
        (avatar / "avatar.toml").write_text('format = 1\\nname = "x"\\nengine = "null"\\n')
        (folder / "turning.webp").write_bytes(b"turning")
        answer = {"type": "made", "warnings": [], "seconds": 0.5}
    print(json.dumps(answer), flush=True)
"""
Open = Callable[..., ClientConnection]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "local", tmp_path / "user")


@pytest.fixture
def catalogs(shelf: Shelf, tmp_path: Path) -> Iterator[PanelCatalogs]:
    avatars = AvatarCatalog(shelf)
    yield PanelCatalogs(avatars, TakeFolder(tmp_path / "takes"), ShelfChanges(shelf))
    avatars.close()


@pytest.fixture
def making(tmp_path: Path, shelf: Shelf, catalogs: PanelCatalogs) -> Making:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    return Making((sys.executable, str(script)), ShelfChanges(shelf), catalogs.import_avatar)


@pytest.fixture
def publisher(inbox: Inbox, catalogs: PanelCatalogs, making: Making) -> Iterator[BrowserPublisher]:
    made = BrowserPublisher(inbox, catalogs, port=0, making=making)
    yield made
    made.close()


def open_making(publisher: BrowserPublisher, query: str = "", **more: Any) -> ClientConnection:
    address = f"ws://127.0.0.1:{publisher.port}/making{query}"
    return connect(address, compression=None, close_timeout=1, **more)


def send(page: ClientConnection, **message: object) -> None:
    page.send(json.dumps(message))


def hear(page: ClientConnection) -> dict[str, Any]:
    message = page.recv(timeout=PATIENCE_S)
    assert isinstance(message, str)
    found = json.loads(message)
    assert isinstance(found, dict)
    return found


def upload(page: ClientConnection, kind: str, content: bytes) -> None:
    """Send a file in pieces."""
    send(page, type="upload", kind=kind, size=len(content))
    for at in range(0, len(content), 40_000):
        page.send(content[at : at + 40_000])


def send_photo(page: ClientConnection, photo: bytes = b"a photo of some bytes") -> bytes:
    """Send a photo; returns the picture that comes back."""
    upload(page, "photo", photo)
    assert hear(page)["type"] == "seen"
    picture = page.recv(timeout=PATIENCE_S)
    assert isinstance(picture, bytes)
    return picture


def closed(page: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closing:
        page.recv(timeout=PATIENCE_S)
    assert closing.value.rcvd is not None
    return closing.value.rcvd.code, closing.value.rcvd.reason


def test_a_photo_becomes_an_avatar_on_the_shelf(publisher: BrowserPublisher, shelf: Shelf) -> None:
    photo = bytes(range(256)) * 300
    with open_making(publisher) as page:
        assert send_photo(page, photo) == photo[:20]
        send(page, type="make", face=1, cut=[0, 0, 1])
        assert hear(page) == {"type": "step", "name": "painting", "number": 1, "of": 1}
        assert hear(page)["type"] == "made"
        assert page.recv(timeout=PATIENCE_S) == b"turning"
        assert list(shelf.own()) == []  # not before it is kept
        send(page, type="keep", name="Zoë Q.", keep_photo=True)
        assert hear(page) == {"type": "kept", "key": "Zoë-Q"}
        assert closed(page)[0] == 1000
    assert load_avatar(shelf.user / "Zoë-Q").name == "Zoë Q."
    assert (shelf.user / "Zoë-Q" / ORIGINAL_PHOTO).read_bytes() == photo
    until(lambda: [path.name for path in shelf.user.iterdir()] == ["Zoë-Q"])


def test_the_photo_is_not_kept_when_it_shall_not(publisher: BrowserPublisher, shelf: Shelf) -> None:
    with open_making(publisher) as page:
        send_photo(page)
        send(page, type="make", face=1)
        while hear(page)["type"] != "made":
            pass
        page.recv(timeout=PATIENCE_S)
        send(page, type="keep", name=" \n ", keep_photo=True)
        assert "needs a name" in hear(page)["message"]
        send(page, type="keep", name="me", keep_photo=False)
        assert hear(page)["key"] == "me"
    assert [path.name for path in (shelf.user / "me").iterdir()] == ["avatar.toml"]


def test_a_page_that_leaves_leaves_nothing(publisher: BrowserPublisher, shelf: Shelf) -> None:
    with open_making(publisher) as page:
        send_photo(page)
        [folder] = shelf.user.iterdir()
        [program] = [p for p in psutil.Process().children() if str(folder) in p.cmdline()]
        send(page, type="make", face=9)  # takes for ever
    until(lambda: not program.is_running())
    until(lambda: list(shelf.user.iterdir()) == [])
    with open_making(publisher) as page:  # and the place is free
        send_photo(page)


def test_one_page_at_a_time(publisher: BrowserPublisher) -> None:
    with open_making(publisher) as page:
        send_photo(page)
        with open_making(publisher) as other:
            code, reason = closed(other)
        assert (code, "Another page is making an avatar" in reason) == (BUSY, True)
        send(page, type="make", face=2)
        assert hear(page) == {"type": "refused", "message": "there is no face 2"}


def test_a_page_whose_user_is_gone_gives_its_place_away(
    publisher: BrowserPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.panel.making.IDLE_S", 0.05)
    with open_making(publisher) as page:
        assert closed(page) == (BUSY, "Nothing was done here for a while; begin again")


def test_steps_out_of_order_are_refused_in_words(publisher: BrowserPublisher) -> None:
    with open_making(publisher) as page:
        for message, words in (
            ({"type": "make", "face": 1}, "there is no photo yet"),
            ({"type": "keep", "name": "me"}, "there is no finished avatar"),
            ({"type": "look"}, "'type' must be"),
            ({"type": "upload", "kind": "photo", "size": MAX_UPLOAD_BYTES + 1}, "scale it down"),
        ):
            send(page, **message)
            said = hear(page)
            assert said["type"] == "refused"
            assert words in said["message"] or message["type"] == "look", said
        page.send(b"bytes of nothing")
        assert "without a file" in hear(page)["message"]
        send(page, type="upload", kind="photo", size=10)
        send(page, type="make", face=1)
        assert "not finished yet" in hear(page)["message"]
        page.send(b"more than ten bytes")
        assert "larger than was said" in hear(page)["message"]
        send_photo(page)  # and all is well again


def test_a_message_that_is_too_large_ends_the_page(publisher: BrowserPublisher, shelf: Shelf) -> None:
    with open_making(publisher) as page:
        send(page, type="upload", kind="photo", size=10_000_000)
        page.send(bytes(MAX_MESSAGE_BYTES + 1))
        assert closed(page)[0] == 1009
    until(lambda: list(shelf.user.glob("*")) == [])  # the folder may not even be there


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1"])
def test_foreign_pages_make_nothing(publisher: BrowserPublisher, origin: str) -> None:
    with pytest.raises(InvalidStatus):
        open_making(publisher, origin=origin)


def test_the_token_is_needed(inbox: Inbox, making: Making) -> None:
    guarded = BrowserPublisher(inbox, port=0, host="0.0.0.0", token=TOKEN, making=making)
    try:
        for query in ("", "?token=wrong"):
            with open_making(guarded, query) as page:
                assert closed(page)[0] == BAD_TOKEN
        with open_making(guarded, f"?token={TOKEN}") as page:
            send_photo(page)
    finally:
        guarded.close()


def test_a_runtime_without_the_program_makes_none_and_still_imports(
    inbox: Inbox, shelf: Shelf, catalogs: PanelCatalogs, tmp_path: Path
) -> None:
    making = Making((), ShelfChanges(shelf), catalogs.import_avatar)
    ShelfChanges(shelf).export_file("mio", tmp_path / "mio.omote")
    publisher = BrowserPublisher(inbox, catalogs, port=0, making=making)
    try:
        with open_making(publisher) as page:
            send(page, type="upload", kind="photo", size=10)
            assert "cannot make avatars" in hear(page)["message"]
            upload(page, "avatar", (tmp_path / "mio.omote").read_bytes())
            assert hear(page) == {"type": "kept", "key": "Mio"}
    finally:
        publisher.close()
    assert [path.name for path in shelf.user.iterdir()] == ["Mio"]


def test_an_exported_avatar_is_imported_again(
    publisher: BrowserPublisher, shelf: Shelf, tmp_path: Path
) -> None:
    with urllib.request.urlopen(f"{publisher.url}avatars/kofi.omote", timeout=PATIENCE_S) as answer:
        assert answer.headers["Content-Type"] == "application/zip"
        content = answer.read()
    with open_making(publisher) as page:
        upload(page, "avatar", content[:-1])
        assert "not an avatar file" in hear(page)["message"]
        upload(page, "avatar", content)
        assert hear(page) == {"type": "kept", "key": "Kofi"}
    assert load_avatar(shelf.user / "Kofi").name == "Kofi"
    until(lambda: [path.name for path in shelf.user.iterdir()] == ["Kofi"])


@pytest.mark.parametrize("key", ["nobody", "..", "%2e%2e%2favatars%2fkofi", "%00", ""])
def test_nothing_else_is_exported(publisher: BrowserPublisher, key: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{publisher.url}avatars/{key}.omote", timeout=PATIENCE_S)
    refused.value.close()
    assert refused.value.code == 404


def test_the_panel_closes_while_an_avatar_is_made(publisher: BrowserPublisher, shelf: Shelf) -> None:
    with open_making(publisher) as page:
        send_photo(page)
        send(page, type="make", face=9)
        publisher.close()
        until(lambda: list(shelf.user.iterdir()) == [])
