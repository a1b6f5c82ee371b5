from __future__ import annotations

import os
from pathlib import Path

import pytest

from face.avatar import AVATAR_FORMAT, load_avatar
from face.errors import AvatarError


def written(folder: Path, manifest: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "avatar.toml").write_text(manifest, encoding="utf-8")
    return folder


def test_a_whole_folder_is_read(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "me",
        'format = 1\nname = "Mé"\nengine = "head"\nbackground = "plate"\n[files]\nface = "face.png"\n',
    )
    (folder / "face.png").write_bytes(b"")
    avatar = load_avatar(folder)
    assert (avatar.name, avatar.engine, avatar.background) == ("Mé", "head", "plate")
    assert avatar.rest == "portrait"
    assert avatar.wrinkles == avatar.personal == 0.0
    assert avatar.files["face"].samefile(folder / "face.png")


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("format = ", "cannot be read"),
        ("name = 'x'", "no format number"),
        ("format = 'one'", "no format number"),
        (f"format = {AVATAR_FORMAT + 1}", "update Omote"),
        ("format = 1\nbackground = 'sky'", "keep, transparent, plate"),
        ("format = 1\nbackground = 3", "keep, transparent, plate"),
        ("format = 1\nrest = 'asleep'", "portrait, neutral"),
        ("format = 1\nrest = 1", "portrait, neutral"),
        ("format = 1\nwrinkles = 1.5", "a number from 0 to 1"),
        ("format = 1\nwrinkles = nan", "a number from 0 to 1"),
        ("format = 1\nwrinkles = true", "a number from 0 to 1"),
        ("format = 1\nwrinkles = 'deep'", "a number from 0 to 1"),
        ("format = 1\npersonal = -0.1", "personal -0.1, expected a number from 0 to 1"),
        ("format = 1\npersonal = true", "a number from 0 to 1"),
        ("format = 1\nlimits = 30", "must be a table"),
        ("format = 1\n[limits]\nyaw = [3, -3]", "lowest and highest"),
        ("format = 1\nfiles = 'face.png'", "must be a table"),
        ("format = 1\n[files]\nface = 'face.png'", "missing face.png"),
        ("format = 1\n[files]\nface = '../face.png'", "leaves the avatar's folder"),
        ("format = 1\n[files]\nface = 'a/../../face.png'", "leaves the avatar's folder"),
        ("format = 1\n[files]\nface = '/etc/hostname'", "leaves the avatar's folder"),
        ("format = 1\n[files]\nface = ''", "leaves the avatar's folder"),
        ("format = 1\n[files]\nface = 7", "missing 7"),
    ],
)
def test_a_bad_manifest_is_refused_with_the_reason(tmp_path: Path, manifest: str, words: str) -> None:
    (tmp_path / "face.png").write_bytes(b"outside")
    with pytest.raises(AvatarError, match=words):
        load_avatar(written(tmp_path / "me", manifest))


def test_a_manifest_that_is_not_text_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "me", "")
    (folder / "avatar.toml").write_bytes(b"\xff\xfe\x00format = 1")
    with pytest.raises(AvatarError, match="cannot be read"):
        load_avatar(folder)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"outside")
    folder = written(tmp_path / "me", "format = 1\n[files]\nface = 'face.png'")
    (folder / "face.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(AvatarError, match="leaves the avatar's folder"):
        load_avatar(folder)


def test_a_folder_without_a_manifest_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(AvatarError, match="omote avatar make"):
        load_avatar(tmp_path)
    with pytest.raises(AvatarError, match="omote avatar make"):
        load_avatar(tmp_path / "nowhere")


def test_a_nul_in_a_file_name_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "me", 'format = 1\n[files]\nface = "a\\u0000b"')
    with pytest.raises(AvatarError):
        load_avatar(folder)
