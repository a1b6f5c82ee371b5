"""What the engine gets of an avatar's folder, and what of it is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from authoring.tha.character import load_character
from authoring.tha.importing import import_character
from face.avatar import Avatar, load_avatar
from face.errors import AvatarError
from runtime.avatars.array_handover import DTYPES
from runtime.avatars.builtin import builtin_avatars
from runtime.tha.prepare import prepare_tha
from runtime.tha.weights import SHAPES
from tests.tha_characters import random_canvas, write_character


@pytest.fixture(scope="module")
def avatar(tmp_path_factory: pytest.TempPathFactory) -> Avatar:
    place = tmp_path_factory.mktemp("tha")
    import_character(load_character(write_character(place / "c")), place / "me", name="Me", replace=False)
    return load_avatar(place / "me")


def test_arrays_can_be_handed_over(avatar: Avatar) -> None:
    arrays = prepare_tha(avatar, 256)
    assert set(arrays) == {*SHAPES, "drawing"}
    assert {array.dtype.name for array in arrays.values()} <= set(DTYPES)
    assert np.abs(arrays["drawing"] - random_canvas()).max() <= 1e-6


def test_an_avatar_of_another_engine_is_refused() -> None:
    with pytest.raises(AvatarError, match="made for the head engine and has no drawing"):
        prepare_tha(load_avatar(builtin_avatars()["omote"]), 256)


def test_a_drawing_of_another_size_is_refused(avatar: Avatar, tmp_path: Path) -> None:
    Image.new("RGBA", (256, 512)).save(tmp_path / "small.png")
    changed = replace(avatar, files=avatar.files | {"drawing": tmp_path / "small.png"})
    with pytest.raises(AvatarError, match="256 x 512 pixels, expected 512 x 512"):
        prepare_tha(changed, 256)


def test_weights_that_were_changed_are_refused(avatar: Avatar, tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.zeros(3))
    changed = replace(avatar, files=avatar.files | {"student": tmp_path / "w.npz"})
    with pytest.raises(AvatarError, match="import the character again"):
        prepare_tha(changed, 256)
