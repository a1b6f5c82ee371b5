from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from runtime.backgrounds.background import COLOUR, KINDS, PICTURE, is_path, parse_background
from runtime.backgrounds.picture_folder import FOLDER, PictureFolder
from runtime.errors import BackgroundError


@pytest.fixture
def pictures(tmp_path: Path) -> PictureFolder:
    (tmp_path / FOLDER).mkdir()
    Image.new("RGB", (4, 4), "red").save(tmp_path / FOLDER / "beach.webp")
    return PictureFolder(tmp_path)


def test_kinds_are_read_as_they_are(pictures: PictureFolder) -> None:
    for kind in ("", *KINDS):
        found = parse_background(kind, pictures)
        assert (found.text, found.kind, found.is_fixed) == (kind, kind, False)


@pytest.mark.parametrize(
    ("text", "colour"), [("#00b140", (0, 177, 64)), ("#FFF", (255, 255, 255)), ("#1a2", (17, 170, 34))]
)
def test_colours(pictures: PictureFolder, text: str, colour: tuple[int, int, int]) -> None:
    found = parse_background(text, pictures)
    assert (found.kind, found.colour, found.is_fixed) == (COLOUR, colour, True)


def test_pictures_by_name_and_by_path(pictures: PictureFolder, tmp_path: Path) -> None:
    kept = parse_background("beach", pictures)
    assert (kept.kind, kept.picture) == (PICTURE, tmp_path / FOLDER / "beach.webp")
    path = tmp_path / "office.png"
    Image.new("RGB", (4, 4)).save(path)
    assert parse_background(str(path), pictures).picture == path


def test_a_name_alone_reads_no_file(
    pictures: PictureFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BackgroundError, match="there is no 'secret"):
        parse_background("secret.png", pictures)
    assert parse_background("./secret.png", pictures).picture == tmp_path / "secret.png"
    assert [is_path(text) for text in ("beach", "a/b", "a\\b", "#fff")] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bleach", "did you mean beach"),
        ("#12345", "expected keep, blur"),
        ("trans parent", "did you mean transparent"),
        ("/nowhere/x.png", "there is no file"),
        ("a/\0b", "there is no file"),
        ("../..", "there is no file"),
    ],
)
def test_what_is_no_background_is_said(pictures: PictureFolder, text: str, said: str) -> None:
    with pytest.raises(BackgroundError, match=said):
        parse_background(text, pictures)
