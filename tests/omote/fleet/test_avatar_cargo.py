"""Avatars of a user reach a folder on another machine; those that come with Omote need not."""

from __future__ import annotations

from pathlib import Path

import pytest

from face.avatar import load_avatar
from face.errors import AvatarError
from omote.fleet.avatar_cargo import AvatarCargo, pack_avatar, unpack_avatar


def test_an_avatar_that_comes_with_omote_travels_by_its_name(tmp_path: Path) -> None:
    assert pack_avatar("kofi") == AvatarCargo("kofi")
    assert unpack_avatar(AvatarCargo("kofi"), tmp_path / "shelf") == "kofi"
    assert not (tmp_path / "shelf").exists()


def test_a_folder_arrives_with_the_same_files_also_a_second_time(drawn_avatar: Path, tmp_path: Path) -> None:
    cargo = pack_avatar(str(drawn_avatar))
    shelf = tmp_path / "shelf"
    for _ in range(2):
        assert unpack_avatar(cargo, shelf) == "avatar"
        assert [path.name for path in shelf.iterdir()] == ["avatar"]
    sent, arrived = load_avatar(drawn_avatar), load_avatar(shelf / "avatar")
    assert arrived.name == sent.name
    assert {name: path.read_bytes() for name, path in arrived.files.items()} == {
        name: path.read_bytes() for name, path in sent.files.items()
    }


def test_a_file_travels_as_it_is(drawn_avatar: Path, tmp_path: Path) -> None:
    file = tmp_path / "me.omote"
    file.write_bytes(pack_avatar(str(drawn_avatar)).data)
    assert pack_avatar(str(file)) == AvatarCargo("me", file.read_bytes())


def test_damage_is_refused_and_leaves_the_avatar_before(drawn_avatar: Path, tmp_path: Path) -> None:
    cargo = pack_avatar(str(drawn_avatar))
    unpack_avatar(cargo, tmp_path)
    with pytest.raises(AvatarError):
        unpack_avatar(AvatarCargo("avatar", cargo.data[:-100]), tmp_path)
    assert load_avatar(tmp_path / "avatar").name
    file = tmp_path / "me.omote"
    file.write_bytes(cargo.data[:-100])
    with pytest.raises(AvatarError, match=r"me\.omote"):
        pack_avatar(str(file))
    with pytest.raises(AvatarError, match="'nobody' is not an avatar"):
        pack_avatar("nobody")
