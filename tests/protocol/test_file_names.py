from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from protocol.errors import FileError
from protocol.file_names import check_name, check_new_file, check_new_folder, name_trouble, text_of_name

posix = pytest.mark.skipif(os.name == "nt", reason="names that Windows refuses")
#: Names that every file system of Linux and macOS takes.
NAMES = (
    "me",
    "Anna Müller",
    "アンナ",
    "😀 family 👨‍👩‍👧",
    "-x",
    "100%05d",
    "2024-10-03T12:30:00",
    "CON",
    "end.",
    "a" * 255,
)


@pytest.mark.parametrize(
    "name",
    [
        "CON",
        "con.txt",
        "NUL",
        "nul.tar.gz",
        "COM1",
        "lpt9.mp4",
        "COM²",
        "aux ",
        "end.",
        "end ",
        "a:b",
        "a?b",
        'a"b',
        "a\nb",
    ],
)
def test_what_windows_would_lose_is_refused_there_and_only_there(name: str) -> None:
    assert name_trouble(name, windows=True)
    assert not name_trouble(name, windows=False)
    with pytest.raises(FileError, match="choose another name") as refused:
        check_name(PurePosixPath("avatars") / name, windows=True)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["console", "com", "COM10", "con-fusion", "nulls.txt", ".hidden", "a.b", "アンナ", "😀"]
)
def test_names_that_only_look_alike_are_good_on_windows(name: str) -> None:
    assert name_trouble(name, windows=True) == ""


def test_drives_and_folders_above_are_no_names() -> None:
    check_name(PureWindowsPath("C:\\faces\\..\\me"), windows=True)
    with pytest.raises(FileError, match="device"):
        check_name(PureWindowsPath("C:\\faces\\aux\\me.png"), windows=True)


@pytest.mark.parametrize("windows", [False, True])
def test_a_null_character_is_refused_everywhere(windows: bool) -> None:
    assert "null" in name_trouble("a\0b", windows=windows)


@posix
@pytest.mark.parametrize("name", NAMES)
def test_good_names_are_tried_and_nothing_stays(tmp_path: Path, name: str) -> None:
    check_new_file(tmp_path / name)
    check_new_folder(tmp_path / name)
    check_new_folder(tmp_path / "deep" / "er" / name)
    assert list(tmp_path.iterdir()) == []


@posix
def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    (tmp_path / "b").mkdir()
    check_new_file(tmp_path / "a")
    check_new_folder(tmp_path / "b")
    assert (tmp_path / "a").read_text() == "mine"
    assert (tmp_path / "b").is_dir()


def test_refusals_are_one_line_and_make_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for check, path in (
        (check_new_file, tmp_path / ("a" * 300)),
        (check_new_folder, tmp_path / "deep" / ("ü" * 200)),
        (check_new_file, tmp_path / "nowhere" / "a"),
        (check_new_file, tmp_path),
        (check_new_folder, tmp_path / "file" / "a"),
        (check_new_folder, tmp_path / "file"),
    ):
        with pytest.raises(FileError) as refused:
            check(path)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 500
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_name_as_text_can_be_encoded() -> None:
    name = b"caf\xe9 \xf0\x9f\x98\x80".decode("utf-8", "surrogateescape")
    assert text_of_name(name).encode() == "caf\ufffd 😀".encode()
    assert text_of_name("アンナ") == "アンナ"
