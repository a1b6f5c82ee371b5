"""AvatarSlot: loading avatars, and errors that leave the old one loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from face.errors import AvatarError
from runtime.avatars.slot import AvatarSlot


def avatar_folder(folder: Path, name: str, background: str = "keep") -> Path:
    folder.mkdir()
    manifest = f'format = 1\nname = "{name}"\nengine = "null"\nbackground = "{background}"\n'
    (folder / "avatar.toml").write_text(manifest, encoding="utf-8")
    return folder


def test_an_avatar_is_drawn_by_its_engine(tmp_path: Path) -> None:
    slot = AvatarSlot(size=128)
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    assert (slot.avatar.name, slot.engine.name) == ("Me", "null")
    slot.close()
    slot.close()


def test_a_broken_avatar_leaves_the_old_one_loaded(tmp_path: Path) -> None:
    slot = AvatarSlot(size=128)
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    engine = slot.engine
    with pytest.raises(AvatarError, match="is not an avatar"):
        slot.load(tmp_path / "nobody")
    assert slot.avatar.name == "Me"
    slot.load(avatar_folder(tmp_path / "you", "You"))
    assert slot.avatar.name == "You"
    assert slot.engine is engine  # the same kind is kept


def test_the_background_can_be_chosen_and_an_impossible_one_is_refused(tmp_path: Path) -> None:
    slot = AvatarSlot(size=128, background="transparent")
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    assert slot.avatar.background == "transparent"
    with pytest.raises(AvatarError, match="without a background"):
        AvatarSlot(size=128, background="keep").load(avatar_folder(tmp_path / "cut", "Cut", "transparent"))


def test_the_null_engine_needs_no_avatar() -> None:
    slot = AvatarSlot(size=128, engine="null")
    slot.load(None)
    assert slot.avatar.name == "numbers"
