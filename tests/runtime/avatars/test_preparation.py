"""From a text to a prepared avatar."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
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


def test_the_plate_is_made_of_the_avatar_s_own_as_it_is_chosen() -> None:
    own = prepare(AvatarChoice(text="", size=96)).arrays["own_plate"]
    assert "plate" not in prepare(AvatarChoice(text="", size=96, background="transparent")).arrays
    for kind in ("", "keep", "plate"):  # a built-in avatar's own is a plain backdrop
        prepared = prepare(AvatarChoice(text="", size=96, background=kind))
        assert np.array_equal(prepared.arrays["plate"], own)
        assert np.array_equal(prepared.arrays["own_plate"], own)
        assert prepared.background == kind
    blurred = prepare(AvatarChoice(text="", size=96, background="blur")).arrays["plate"]
    assert (
        np.abs(np.diff(blurred.astype(int), axis=0)).max() <= np.abs(np.diff(own.astype(int), axis=0)).max()
    )


def test_an_avatar_that_was_cut_out_has_nothing_behind_it(drawn_avatar: Path, tmp_path: Path) -> None:
    cut = shutil.copytree(drawn_avatar, tmp_path / "cut")
    manifest = (cut / "avatar.toml").read_text("utf-8")
    (cut / "avatar.toml").write_text(
        re.sub('background = ".*"', 'background = "transparent"', manifest), "utf-8"
    )
    for kind in ("", "keep", "blur", "plate"):
        arrays = prepare(AvatarChoice(text=str(cut), size=96, background=kind)).arrays
        assert not {"plate", "own_plate"} & set(arrays)


def test_a_character_is_drawn_by_its_own_engine_only(tmp_path: Path) -> None:
    character = folder(tmp_path, "engine = 'tha'\nbackground = 'transparent'")
    with pytest.raises(
        AvatarError, match="is a THA4 character, which the head engine cannot draw; leave out"
    ):
        prepare(AvatarChoice(text=character, size=96, engine="head"))
    assert prepare(AvatarChoice(text=character, size=96, engine="null")).engine == "null"
    with pytest.raises(AvatarError, match="has no drawing"):
        prepare(AvatarChoice(text=character, size=96))
