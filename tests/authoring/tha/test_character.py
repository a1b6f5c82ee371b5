"""A character's YAML: what THA4 writes is read, what is more than three file names is refused."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from authoring.errors import AuthoringError
from authoring.tha.character import load_character
from tests.tha_characters import random_drawing, write_character

NAMES = {
    "character_image_file_name": "character.png",
    "face_morpher_file_name": "face_morpher.pt",
    "body_morpher_file_name": "body_morpher.pt",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_character(tmp_path_factory.mktemp("characters") / "Ann Lee", seed=3).parent


def yaml(folder: Path, text: str) -> Path:
    path = folder / "other.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_character_is_read_from_its_file_or_its_folder(folder: Path) -> None:
    for path in (folder, folder / "character_model.yaml"):
        found = load_character(path)
        assert found.name == "Ann Lee"
        assert np.array_equal(found.drawing, random_drawing(3))


@pytest.mark.parametrize(
    "written",
    [
        "{}",
        "'{}'",
        '"{}"',
        "{}   # a comment",
        "./{}",
    ],
)
def test_ways_of_writing_a_name(folder: Path, written: str) -> None:
    lines = [f"{key}: {written.format(name)}" for key, name in NAMES.items()]
    load_character(yaml(folder, "\ufeff---\n# made by hand\n\n" + "\r\n".join(lines) + "\nmore: 1\n"))


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system [ls]", "[a, b]", "{a: b}", "*x", "&x y", "|", '"\\x41"', "a: b", ""],
)
def test_what_is_no_plain_name_is_refused_with_its_line(folder: Path, value: str) -> None:
    path = yaml(folder, f"# first\ncharacter_image_file_name: {value}\n")
    with pytest.raises(AuthoringError, match=r"line 2"):
        load_character(path)


def test_a_missing_key_is_named(folder: Path) -> None:
    with pytest.raises(AuthoringError, match="names no body_morpher_file_name"):
        load_character(yaml(folder, "\n".join(f"{key}: {name}" for key, name in list(NAMES.items())[:2])))


@pytest.mark.parametrize(
    "name", ["../character.png", "/etc/passwd", "..\\character.png", "character.png/../../x"]
)
def test_files_outside_of_the_folder_are_refused(folder: Path, name: str) -> None:
    lines = [
        f"{key}: {name}" if key.startswith("character") else f"{key}: {old}" for key, old in NAMES.items()
    ]
    with pytest.raises(AuthoringError, match="outside of its folder"):
        load_character(yaml(folder, "\n".join(lines)))


def test_a_link_that_leads_out_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes((folder / "character.png").read_bytes())
    try:
        os.symlink(tmp_path / "elsewhere.png", folder / "linked.png")
    except OSError:
        pytest.skip("this system or user makes no symbolic links")
    lines = [f"{key}: {'linked.png' if key.startswith('character') else old}" for key, old in NAMES.items()]
    with pytest.raises(AuthoringError, match="outside of its folder"):
        load_character(yaml(folder, "\n".join(lines)))


@pytest.mark.parametrize(("size", "mode"), [((256, 256), "RGBA"), ((512, 512), "RGB")])
def test_a_drawing_of_another_kind_is_refused(folder: Path, size: tuple[int, int], mode: str) -> None:
    Image.new(mode, size).save(folder / "wrong.png")
    text = "\n".join(f"{key}: {name}" for key, name in NAMES.items()).replace("character.png", "wrong.png")
    with pytest.raises(
        AuthoringError, match=rf"{size[0]} x {size[1]} pixels and the mode {mode}, expected 512"
    ):
        load_character(yaml(folder, text))


def test_a_missing_file_is_a_clear_line(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError, match=r"character_model.yaml cannot be read"):
        load_character(tmp_path)
