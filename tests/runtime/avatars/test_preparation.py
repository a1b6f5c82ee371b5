"""From a text to a prepared avatar."""

from __future__ import annotations

from pathlib import Path

import pytest

from face.errors import AvatarError
from runtime.avatars.builtin import DEFAULT
from runtime.avatars.preparation import AvatarChoice, prepare
from runtime.errors import ConfigError


def folder(parent: Path, text: str) -> str:
    (parent / "avatar.toml").write_text("format = 1\n" + text)
    return str(parent)


def test_the_default_avatar_is_prepared_for_its_engine() -> None:
    prepared = prepare(AvatarChoice(text="", size=96))
    assert (prepared.avatar.path.name, prepared.engine) == (DEFAULT, "head")
    assert prepared.arrays["plate"].shape == (96, 96, 4)
    assert prepared.arrays["texture_sheet"].shape == (120, 120, 4)


def test_an_engine_can_be_chosen_and_needs_no_avatar(tmp_path: Path) -> None:
    assert prepare(AvatarChoice(text="", size=96, engine="null")).avatar.name == "numbers"
    named = prepare(AvatarChoice(text=DEFAULT, size=96, engine="null"))
    assert (named.avatar.path.name, named.engine, dict(named.arrays)) == (DEFAULT, "null", {})
    with pytest.raises(ConfigError, match="there is no engine 'magic'"):
        prepare(AvatarChoice(text=folder(tmp_path, "engine = 'magic'"), size=96))


def test_a_background_that_was_not_made_is_refused(tmp_path: Path) -> None:
    cut = folder(tmp_path, "engine = 'null'\nbackground = 'transparent'")
    with pytest.raises(AvatarError, match="without a background"):
        prepare(AvatarChoice(text=cut, size=96, background="keep"))
    assert "plate" not in prepare(AvatarChoice(text="", size=96, background="transparent")).arrays


def test_a_character_is_drawn_by_its_own_engine_only(tmp_path: Path) -> None:
    character = folder(tmp_path, "engine = 'tha'\nbackground = 'transparent'")
    with pytest.raises(
        AvatarError, match="is a THA4 character, which the head engine cannot draw; leave out"
    ):
        prepare(AvatarChoice(text=character, size=96, engine="head"))
    assert prepare(AvatarChoice(text=character, size=96, engine="null")).engine == "null"
    with pytest.raises(AvatarError, match="has no drawing"):
        prepare(AvatarChoice(text=character, size=96))
