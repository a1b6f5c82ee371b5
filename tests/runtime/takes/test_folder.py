from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import TakeCommandError
from runtime.takes.folder import MAX_NAME, TakeFolder, safe_name


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("my take", "my take"),
        ("  two   spaces ", "two spaces"),
        ("../../etc/passwd", "etc passwd"),
        ("a/b\\c:d*e?f", "a b c d e f"),
        ("面の記録", "面の記録"),
        (".hidden.", "hidden"),
        ("take 2024-05-01 20.15.00", "take 2024-05-01 20.15.00"),
        ("nul", "take nul"),
        ("COM1.old", "take COM1.old"),
        ("\0\n\t", ""),
        ("x" * 500, "x" * MAX_NAME),
    ],
)
def test_a_name_keeps_the_characters_that_file_systems_accept(wanted: str, name: str) -> None:
    assert safe_name(wanted) == name


@given(st.text(max_size=300))
def test_any_name_stays_inside_the_folder_and_is_found_again(wanted: str) -> None:
    name = safe_name(wanted)
    assert name == safe_name(name)
    assert len(name) <= MAX_NAME + len("take ")
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name == name.strip(". ")


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    folder = TakeFolder(tmp_path / "takes")
    for expected in ("hello.mcap", "hello 2.mcap", "hello 3.mcap"):
        path = folder.path_for_new("hello", "fallback")
        assert path.name == expected
        path.touch()
    assert folder.path_for_new("///", "fallback").name == "fallback.mcap"


def test_takes_are_listed_newest_first(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "older", "oldest")):
        file = tmp_path / f"{name}.mcap"
        file.touch()
        os.utime(file, (1e9 - age, 1e9 - age))
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder.mcap").mkdir()
    assert TakeFolder(tmp_path).names() == ["new", "older", "oldest"]
    assert TakeFolder(tmp_path / "none").names() == []


@pytest.mark.parametrize("name", ["", "..", "../secret", "/etc/passwd", "a\0b", "missing"])
def test_a_name_that_is_not_listed_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.mcap").touch()
    (tmp_path / "takes").mkdir()
    with pytest.raises(TakeCommandError, match="there is no take"):
        TakeFolder(tmp_path / "takes").path_of(name)


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "takes").write_text("a file")
    with pytest.raises(TakeCommandError, match="--takes"):
        TakeFolder(tmp_path / "takes").path_for_new("a", "b")
