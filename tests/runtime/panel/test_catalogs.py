from __future__ import annotations

import json
from pathlib import Path

import pytest

from face.errors import AvatarError
from protocol.messages import Command, ControlMessage
from protocol.take import TakeWriter
from runtime.avatars.builtin import DEFAULT, FOLDER
from runtime.avatars.catalog import AvatarCatalog
from runtime.avatars.shelf import Shelf
from runtime.hotkeys.hotkeys import Hotkey
from runtime.panel.catalogs import AVATARS, HOTKEYS, TAKES, PanelCatalogs
from runtime.takes.folder import TakeFolder


@pytest.fixture
def avatar(tmp_path: Path) -> Path:
    folder = tmp_path / "avatars" / "ann b"
    folder.mkdir(parents=True)
    (folder / "avatar.toml").write_text('format = 1\nname = "Ann"\nengine = "null"\n')
    return folder


def test_a_listed_avatars_name_becomes_its_folder(catalogs: PanelCatalogs, avatar: Path) -> None:
    command = Command(name="load_avatar", argument="ann b", request_id="4")
    assert catalogs.resolved(command) == Command(name="load_avatar", argument=str(avatar), request_id="4")
    assert catalogs.resolved(Command(name="load_avatar", argument="builtin")).argument == str(
        FOLDER / DEFAULT
    )


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../avatars/ann b", "/etc", "ann b/", "ANN B", "nobody", "C:\\avatars", "\0", "ann b\n"],
)
def test_no_name_leads_anywhere_else(catalogs: PanelCatalogs, avatar: Path, name: str) -> None:
    for argument in (name, str(avatar)):
        with pytest.raises(AvatarError, match="choose one of the list"):
            catalogs.resolved(Command(name="load_avatar", argument=argument))


def test_other_commands_pass_as_they_are(catalogs: PanelCatalogs) -> None:
    command = Command(name="replay", argument="../x")  # the take folder looks at names itself
    assert catalogs.resolved(command) is command


def test_avatars_and_thumbnails_are_served(catalogs: PanelCatalogs, avatar: Path) -> None:
    answer = catalogs.answer_to(AVATARS)
    assert answer is not None
    listed = json.loads(answer[1])
    listed = [(one["key"], one["name"], one["has_thumbnail"]) for one in listed]
    assert listed[0] == (DEFAULT, DEFAULT.title(), True)
    assert listed[-1] == ("ann b", "Ann", False)
    picture = catalogs.answer_to("/avatars/builtin.webp")
    assert picture is not None
    assert picture[0] == "image/webp"
    assert picture[1][:4] == b"RIFF"
    for path in ("/avatars/ann%20b.webp", "/avatars/..%2f..%2fetc.webp", "/avatars/", "/avatars/%00.webp"):
        assert catalogs.answer_to(path) is None


def test_keys_are_listed_as_they_are_when_a_page_asks(tmp_path: Path) -> None:
    keys = [Hotkey(chord="f13", name="look", argument="Grim")]
    catalogs = PanelCatalogs(AvatarCatalog(Shelf(tmp_path)), TakeFolder(tmp_path), hotkeys=lambda: keys)
    answer = catalogs.answer_to(HOTKEYS)
    assert answer is not None
    grim = {"chord": "f13", "name": "look", "argument": "Grim", "problem": ""}
    assert json.loads(answer[1]) == [grim]
    keys.clear()
    assert catalogs.answer_to(HOTKEYS) == ("application/json", b"[]")


def test_takes_are_listed_with_their_length_and_broken_ones_as_broken(tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    with TakeWriter(folder / "good.mcap") as take:
        for number in range(3):
            message = ControlMessage(layer="pose", source="me", values={"yaw": 0.1 * number})
            take.write(message, 1_000_000_000 + number * 750_000_000)
    (folder / "bad.mcap").write_bytes(b"no take at all")
    answer = PanelCatalogs(AvatarCatalog(Shelf(tmp_path)), TakeFolder(folder)).answer_to(TAKES)
    assert answer is not None
    lengths = {one["name"]: one["duration_s"] for one in json.loads(answer[1])}
    assert lengths == {"good": 1.5, "bad": None}
