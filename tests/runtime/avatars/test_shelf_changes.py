"""Changes of the shelf on real folders: what is moved where, and what is left alone."""

from __future__ import annotations

import os
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face.avatar import load_avatar
from face.errors import AvatarError
from runtime.avatars.builtin import builtin_avatars
from runtime.avatars.loading_client import LoadingClient
from runtime.avatars.shelf import MAX_AVATARS, Shelf
from runtime.avatars.shelf_changes import DELETED, KEPT_S, ShelfChanges, _with_name, display_name
from tests.waiting import PATIENCE_S

MANIFEST = '# made by hand\nformat = 1\nname = "Old"  # shown\nengine = "null"\n\n[files]\nname = "x.png"\n'


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "local", tmp_path / "user")


@pytest.fixture
def changes(shelf: Shelf) -> ShelfChanges:
    return ShelfChanges(shelf)


def avatar(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "avatar.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "x.png").write_bytes(b"pixels")
    return folder


def test_a_finished_avatar_gets_its_name_and_a_key_that_is_free(
    changes: ShelfChanges, shelf: Shelf, tmp_path: Path
) -> None:
    names = ["Zoë Q.", "Zoë Q.", "ines", "../../etc/passwd", "\u202eok 😀", "…"]
    keys = [changes.place(avatar(tmp_path / f"made{n}"), name) for n, name in enumerate(names)]
    assert keys == ["Zoë-Q", "Zoë-Q-2", "ines-2", "etc-passwd", "ok", "avatar"]
    shown = [load_avatar(shelf.user / key).name for key in keys]
    assert shown == ["Zoë Q.", "Zoë Q.", "ines", "../../etc/passwd", "ok 😀", "…"]
    assert sorted(path.name for path in shelf.user.iterdir()) == sorted(keys)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["user"]


def test_renaming_changes_one_line_of_the_manifest(changes: ShelfChanges, shelf: Shelf) -> None:
    avatar(shelf.local / "me")
    changes.rename("me", ' An "n"\n[files] \\ \x7f')
    text = (shelf.local / "me" / "avatar.toml").read_text("utf-8")
    before, after = MANIFEST.splitlines(), text.splitlines()
    assert [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [2]
    assert tomllib.loads(text)["name"] == 'An "n" [files] \\'
    assert tomllib.loads(text)["files"] == {"name": "x.png"}
    assert [path.name for path in (shelf.local / "me").iterdir() if path.suffix == ""] == []


@given(st.text(min_size=1, max_size=40))
def test_any_name_survives_in_any_manifest(name: str) -> None:
    try:
        shown = display_name(name)
    except AvatarError:
        return
    for text in (MANIFEST, "format = 1\n", '[files]\nname = "x"\n', "", "name='a'"):
        assert tomllib.loads(_with_name(text, shown)) == tomllib.loads(text) | {"name": shown}


@pytest.mark.parametrize(
    "text", ['"name" = "Old"\nformat = 1\n', 'format = 1\nname = """a\nname = "b"\n"""\n', "\xff"]
)
def test_a_manifest_that_is_not_understood_is_left_alone(
    changes: ShelfChanges, shelf: Shelf, text: str
) -> None:
    folder = avatar(shelf.local / "me")
    (folder / "avatar.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(AvatarError):
        changes.rename("me", "New")
    assert (folder / "avatar.toml").read_bytes() == text.encode("latin-1")


def test_a_deleted_avatar_is_gone_and_comes_back_whole(changes: ShelfChanges, shelf: Shelf) -> None:
    for folder in (shelf.local / "me", shelf.user / "you"):
        avatar(folder)
        changes.delete(folder.name)
        assert folder.name not in shelf.avatars()
        assert not folder.exists()
        changes.restore(folder.name)
        assert (folder / "x.png").read_bytes() == b"pixels"
        with pytest.raises(AvatarError, match="was deleted in the last 30 days"):
            changes.restore(folder.name)


def test_the_last_of_several_deletions_comes_back(changes: ShelfChanges, shelf: Shelf) -> None:
    for content in (b"first", b"second"):
        (avatar(shelf.user / "me") / "x.png").write_bytes(content)
        changes.delete("me")
    changes.restore("me")
    assert (shelf.user / "me" / "x.png").read_bytes() == b"second"
    with pytest.raises(AvatarError, match="there is another avatar 'me' now"):
        changes.restore("me")
    changes.delete("me")
    changes.restore("me")
    assert (shelf.user / "me" / "x.png").read_bytes() == b"second"


def test_what_was_deleted_long_ago_is_removed(changes: ShelfChanges, shelf: Shelf) -> None:
    avatar(shelf.user / "me")
    changes.delete("me")
    [recent] = (shelf.user / DELETED).iterdir()
    long_ago = recent.with_name(f"me@{time.time_ns() - int((KEPT_S + 60) * 1e9)}")
    recent.rename(long_ago)
    (shelf.user / DELETED / "notes.txt").write_text("my own")
    avatar(shelf.user / "you")
    changes.delete("you")
    left = sorted(path.name.partition("@")[0] for path in (shelf.user / DELETED).iterdir())
    assert left == ["notes.txt", "you"]


def test_a_copy_is_an_avatar_of_its_own(changes: ShelfChanges, shelf: Shelf) -> None:
    key = changes.duplicate("ines")
    assert (key, load_avatar(shelf.user / key).name) == ("Ines-copy", "Ines copy")
    names = {path.name for path in builtin_avatars()["ines"].iterdir()}
    assert {path.name for path in (shelf.user / key).iterdir()} == names
    assert changes.duplicate(key) == "Ines-copy-copy"
    assert all(not path.name.startswith(".") for path in shelf.user.iterdir())


@pytest.fixture
def client() -> Iterator[LoadingClient]:
    made = LoadingClient(task_s=PATIENCE_S)
    yield made
    made.close()


def test_an_avatar_travels_as_one_file(
    changes: ShelfChanges, shelf: Shelf, client: LoadingClient, tmp_path: Path
) -> None:
    key = changes.duplicate("kofi")
    changes.rename(key, "Kofi Ö.")
    changes.export_file(key, tmp_path / "kofi.omote")
    other = Shelf(tmp_path / "elsewhere", tmp_path / "other user")
    assert ShelfChanges(other).import_file(tmp_path / "kofi.omote", client) == "Kofi-Ö"
    assert ShelfChanges(other).import_file(tmp_path / "kofi.omote", client, "Again") == "Again"
    there, here = load_avatar(other.user / "Kofi-Ö"), load_avatar(shelf.user / key)
    assert there.name == "Kofi Ö."
    assert {role: file.read_bytes() for role, file in there.files.items()} == {
        role: file.read_bytes() for role, file in here.files.items()
    }
    assert sorted(path.name for path in other.user.iterdir()) == ["Again", "Kofi-Ö"]


def test_an_avatar_file_that_cannot_be_worn_leaves_nothing(
    changes: ShelfChanges, shelf: Shelf, client: LoadingClient, tmp_path: Path
) -> None:
    """A zip archive in order, and in it an avatar whose rig is noise."""
    key = changes.duplicate("kofi")
    (shelf.user / key / "rig.npz").write_bytes(b"noise")
    changes.export_file(key, tmp_path / "bad.omote")
    (tmp_path / "text.omote").write_text("no archive")
    for name, words in (("bad", "rig.npz"), ("text", "not an avatar file"), ("gone", "cannot be read")):
        with pytest.raises(AvatarError, match=words) as refused:
            changes.import_file(tmp_path / f"{name}.omote", client)
        assert ".making" not in str(refused.value)
    assert [path.name for path in shelf.user.iterdir()] == [key]


@pytest.mark.parametrize("key", ["ines", "nobody", "", "..", "../local/me", "/etc", "builtin", ".deleted"])
def test_only_the_users_own_avatars_of_the_list_are_changed(
    changes: ShelfChanges, shelf: Shelf, key: str
) -> None:
    avatar(shelf.local / "me")
    for change in (changes.delete, changes.restore, lambda key: changes.rename(key, "New")):
        with pytest.raises(AvatarError):
            change(key)
    assert builtin_avatars()["ines"].is_dir()
    assert (shelf.local / "me" / "x.png").is_file()


@pytest.mark.parametrize("name", ["", " \n\t", "\x00\x01"])
def test_a_name_without_letters_is_refused(name: str) -> None:
    with pytest.raises(AvatarError, match="needs a name"):
        display_name(name)


def test_a_full_shelf_takes_no_more(changes: ShelfChanges, shelf: Shelf, tmp_path: Path) -> None:
    for number in range(MAX_AVATARS):
        avatar(shelf.user / f"a{number}")
    with pytest.raises(AvatarError, match=f"{MAX_AVATARS} avatars already"):
        changes.place(avatar(tmp_path / "made"), "One more")
    assert (tmp_path / "made").is_dir()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_said(changes: ShelfChanges, shelf: Shelf) -> None:
    avatar(shelf.user / "me")
    shelf.user.chmod(0o500)
    try:
        with pytest.raises(AvatarError, match="read-only"):
            changes.delete("me")
    finally:
        shelf.user.chmod(0o700)
