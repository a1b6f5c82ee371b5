from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from face.avatar import Avatar
from face.errors import AvatarError
from face.textures import load_picture


def avatar(folder: Path, picture: Image.Image) -> Avatar:
    picture.save(folder / "face.png")
    return Avatar(folder, "test", "head", "keep", {"face": folder / "face.png"})


def test_colours_are_premultiplied(tmp_path: Path) -> None:
    loaded = load_picture(avatar(tmp_path, Image.new("RGBA", (4, 4), (200, 100, 50, 128))), "face", None)
    assert loaded.shape == (4, 4, 4)
    assert loaded.dtype == np.uint8
    assert loaded[0, 0].tolist() == [100, 50, 25, 128]


def test_an_opaque_picture_stays_as_it_is(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    loaded = load_picture(avatar(tmp_path, Image.fromarray(values)), "face", 16)
    assert (loaded[..., :3] == values).all()
    assert (loaded[..., 3] == 255).all()


def test_transparent_pixels_do_not_bleed_when_scaled_down(tmp_path: Path) -> None:
    values = np.zeros((8, 8, 4), np.uint8)
    values[:, ::2] = (255, 0, 0, 255)
    values[:, 1::2] = (0, 255, 0, 0)  # clear green
    loaded = load_picture(avatar(tmp_path, Image.fromarray(values)), "face", 4)
    assert loaded.shape == (4, 4, 4)
    assert np.abs(loaded.astype(int) - (128, 0, 0, 128)).max() <= 1


def test_a_missing_role_is_named(tmp_path: Path) -> None:
    with pytest.raises(AvatarError, match="names no sheet picture"):
        load_picture(avatar(tmp_path, Image.new("RGB", (4, 4))), "sheet", None)
