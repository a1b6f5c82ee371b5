"""An imported character is an avatar of numbers and a picture, for the tha engine."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from authoring.errors import AuthoringError
from authoring.tha.character import load_character
from authoring.tha.importing import import_character
from face.avatar import load_avatar
from face.avatar_file import unpack_avatar_file, write_avatar_file
from runtime.tha.weights import load_weights
from tests.tha_characters import random_drawing, write_character


def test_import_then_export_then_import(tmp_path: Path) -> None:
    character = load_character(write_character(tmp_path / "character"))
    folder = tmp_path / "me"
    import_character(character, folder, name="Ann", replace=False)
    avatar = load_avatar(folder)
    assert (avatar.name, avatar.engine, avatar.background, avatar.rest) == (
        "Ann",
        "tha",
        "transparent",
        "neutral",
    )
    assert np.array_equal(np.asarray(Image.open(avatar.files["drawing"])), random_drawing(0))
    assert "CC BY-NC" in tomllib.loads((folder / "avatar.toml").read_text())["licence"]
    assert {path.suffix for path in folder.iterdir()} == {".toml", ".png", ".npz"}
    write_avatar_file(avatar, tmp_path / "me.omote")
    unpack_avatar_file(tmp_path / "me.omote", tmp_path / "again")
    kept, own = load_weights(load_avatar(tmp_path / "again").files["student"]), character.weights
    assert all(np.array_equal(kept[name], own[name]) for name in own)
    with pytest.raises(AuthoringError, match="replace it with --force"):
        import_character(character, folder, name="Ann", replace=False)
    import_character(character, folder, name="Other", replace=True)
    assert load_avatar(folder).name == "Other"
