from __future__ import annotations

import sys
from pathlib import Path

import pytest

from face.errors import AvatarError
from runtime.avatars.builtin import DEFAULT, FOLDER, builtin_avatars
from runtime.avatars.shelf import Shelf, shelf_name, user_avatars

OTHER = list(builtin_avatars())[1]


def make_avatar(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "avatar.toml").write_text('format = 1\nname = "A"\nengine = "null"\n')
    return folder


def test_the_folder_is_the_platform_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OMOTE_AVATARS")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    found = {}
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        found[platform] = user_avatars()
    assert found == {
        "linux": tmp_path / ".local/share/omote/avatars",
        "darwin": tmp_path / "Library/Application Support/Omote/avatars",
        "win32": tmp_path / "AppData/Local/Omote/avatars",
    }


@pytest.mark.parametrize(
    ("base", "expected"), [("/data", Path("/data/omote/avatars")), ("relative", None), ("", None)]
)
def test_a_relative_xdg_folder_is_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, base: str, expected: Path | None
) -> None:
    monkeypatch.delenv("OMOTE_AVATARS")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", base)
    assert user_avatars() == (expected or tmp_path / ".local/share/omote/avatars")


def test_a_name_means_the_same_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "own"))
    mine = make_avatar(tmp_path / "own" / "me")
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        assert Shelf().resolve("me") == mine
        assert Shelf().avatars()["me"] == mine


def test_the_project_goes_before_the_user_and_the_user_before_omote(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "local", tmp_path / "own")
    assert shelf.resolve(OTHER) == FOLDER / OTHER
    own = make_avatar(tmp_path / "own" / OTHER)
    assert shelf.resolve(OTHER) == own
    local = make_avatar(tmp_path / "local" / OTHER)
    assert shelf.resolve(OTHER) == shelf.avatars()[OTHER] == local
    assert list(shelf.avatars()) == list(builtin_avatars())


def test_a_clash_says_which_avatar_is_meant_and_where_the_others_are(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "local", tmp_path / "own")
    own = make_avatar(tmp_path / "own" / "me")
    assert shelf.clashes() == []
    local = make_avatar(tmp_path / "local" / "me")
    make_avatar(tmp_path / "own" / OTHER)
    assert shelf.clashes() == [
        f"me means {local}, not {own}; rename a folder to use both",
        f"{OTHER} means {tmp_path / 'own' / OTHER}, not the one that comes with Omote; rename a folder to use both",
    ]
    assert shelf.clashes("me") == shelf.clashes()[:1]


def test_a_folder_that_is_listed_twice_is_no_clash(tmp_path: Path) -> None:
    mine = make_avatar(tmp_path / "own" / "me")
    shelf = Shelf(tmp_path / "own", tmp_path / "own", named=mine)
    assert shelf.clashes() == []
    assert shelf.own() == {"me": mine}


@pytest.mark.parametrize("text", ["", "builtin", DEFAULT])
def test_the_default_avatar_has_three_names(text: str, tmp_path: Path) -> None:
    assert Shelf(tmp_path, tmp_path).resolve(text) == FOLDER / DEFAULT


def test_a_folder_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / OTHER).mkdir()
    assert Shelf().resolve(OTHER) == FOLDER / OTHER  # no avatar, whatever its name
    (tmp_path / OTHER / "avatar.toml").write_text("format = 1")
    assert Shelf().resolve(OTHER) == Path(OTHER)


def test_a_name_with_a_typing_error_is_answered_with_the_closest(tmp_path: Path) -> None:
    make_avatar(tmp_path / "alice")
    with pytest.raises(AvatarError, match=r"'alcie' is not an avatar; did you mean alice\?"):
        Shelf(tmp_path, tmp_path).resolve("alcie")


@pytest.mark.parametrize("text", ["nobody", "a" * 5000, "nul\0name", "~nobody/me", "../own/gone"])
def test_what_is_no_avatar_is_refused_with_the_known_ones(text: str, tmp_path: Path) -> None:
    with pytest.raises(AvatarError, match=f"is not an avatar: expected .*{DEFAULT}") as refused:
        Shelf(tmp_path, tmp_path).resolve(text)
    assert len(str(refused.value)) < 600


def test_an_avatar_off_the_shelf_goes_by_its_path(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "local", tmp_path / "own")
    assert shelf.name_of(make_avatar(tmp_path / "own" / "me")) == "me"
    elsewhere = make_avatar(tmp_path / "elsewhere" / "me")
    assert shelf.name_of(elsewhere) == str(elsewhere)


@pytest.mark.parametrize(
    ("stem", "name"),
    [("me", "me"), ("IMG 1234 (1)", "IMG-1234-1"), ("--force", "force"), ("面", "面"), ("..x", "x")],
)
def test_a_photo_s_name_becomes_one_word(stem: str, name: str) -> None:
    assert shelf_name(stem) == name


@pytest.mark.parametrize("stem", ["...", "", "builtin", "  "])
def test_a_photo_without_a_usable_name_asks_for_a_folder(stem: str) -> None:
    with pytest.raises(AvatarError, match="-o avatars/me"):
        shelf_name(stem)


def test_an_installation_without_avatars_has_no_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.avatars.builtin.FOLDER", tmp_path / "none")
    assert Shelf(tmp_path, tmp_path).resolve("") is None
