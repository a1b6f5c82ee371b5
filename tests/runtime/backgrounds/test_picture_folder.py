from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from runtime.backgrounds.picture_folder import FOLDER, MAX_PICTURES, PictureFolder
from runtime.errors import BackgroundError


def picture(path: Path, colour: str = "red") -> Path:
    Image.new("RGB", (4, 4), colour).save(path, "WEBP", lossless=True)
    return path


def test_a_kept_picture_is_found_by_its_name(tmp_path: Path) -> None:
    folder = PictureFolder(tmp_path / "user")
    assert folder.names() == []
    name = folder.keep(picture(tmp_path / "new"), "Beach at noon!")
    assert name == "Beach-at-noon"
    assert not (tmp_path / "new").exists()
    assert folder.names() == [name]
    found = folder.find(name)
    assert found == tmp_path / "user" / FOLDER / "Beach-at-noon.webp"
    assert folder.find("../" + FOLDER + "/" + name) is None


def test_a_picture_of_the_same_name_takes_the_place(tmp_path: Path) -> None:
    folder = PictureFolder(tmp_path)
    (tmp_path / FOLDER).mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / FOLDER / "a.png")
    folder.keep(picture(tmp_path / "new", "blue"), "a")
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["a.webp"]
    found = folder.find("a")
    assert found is not None
    with Image.open(found) as read:
        assert read.convert("RGB").getpixel((0, 0)) == (0, 0, 255)


def test_names_that_leave_nothing_and_too_many_pictures_are_refused(tmp_path: Path) -> None:
    folder = PictureFolder(tmp_path)
    for name in ("..", "///", "\0"):
        with pytest.raises(BackgroundError, match="name"):
            folder.keep(picture(tmp_path / "new"), name)
    (tmp_path / FOLDER).mkdir()
    for number in range(MAX_PICTURES):
        (tmp_path / FOLDER / f"{number}.png").touch()
    with pytest.raises(BackgroundError, match="already"):
        folder.keep(picture(tmp_path / "new"), "one-more")
    assert folder.keep(picture(tmp_path / "new"), "7") == "7"


def test_other_files_are_no_pictures(tmp_path: Path) -> None:
    (tmp_path / FOLDER / "folder.png").mkdir(parents=True)
    for name in ("notes.txt", ".hidden.png", "right.jpeg"):
        (tmp_path / FOLDER / name).touch()
    assert PictureFolder(tmp_path).names() == ["right"]
