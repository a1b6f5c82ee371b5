"""AvatarSlot: loading avatars, and errors that leave the old one loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from face.errors import AvatarError
from runtime.avatars.slot import AvatarSlot


@pytest.fixture
def make_slot() -> Iterator[Callable[..., AvatarSlot]]:
    """make_slot(...) -> a slot that is closed at the end."""
    made: list[AvatarSlot] = []

    def make(**settings: str) -> AvatarSlot:
        made.append(AvatarSlot(size=128, **settings))
        return made[-1]

    yield make
    for slot in made:
        slot.close()
        slot.close()


def avatar_folder(folder: Path, name: str, background: str = "keep") -> Path:
    folder.mkdir()
    manifest = f'format = 1\nname = "{name}"\nengine = "null"\nbackground = "{background}"\n'
    (folder / "avatar.toml").write_text(manifest, encoding="utf-8")
    return folder


def test_an_avatar_is_drawn_by_its_engine(make_slot: Callable[..., AvatarSlot], tmp_path: Path) -> None:
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    assert (slot.avatar.name, slot.engine.name) == ("Me", "null")


def test_a_broken_avatar_leaves_the_old_one_loaded(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    slot = make_slot()
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    engine = slot.engine
    with pytest.raises(AvatarError, match="is not an avatar"):
        slot.load(tmp_path / "nobody")
    assert slot.avatar.name == "Me"
    slot.load(avatar_folder(tmp_path / "you", "You"))
    assert slot.avatar.name == "You"
    assert slot.engine is engine  # the same kind is kept


def test_the_background_can_be_chosen_and_an_impossible_one_is_refused(
    make_slot: Callable[..., AvatarSlot], tmp_path: Path
) -> None:
    slot = make_slot(background="transparent")
    slot.load(avatar_folder(tmp_path / "me", "Me"))
    assert slot.avatar.background == "transparent"
    with pytest.raises(AvatarError, match="without a background"):
        make_slot(background="keep").load(avatar_folder(tmp_path / "cut", "Cut", "transparent"))


def test_the_null_engine_needs_no_avatar(make_slot: Callable[..., AvatarSlot]) -> None:
    slot = make_slot(engine="null")
    slot.load(None)
    assert slot.avatar.name == "numbers"
