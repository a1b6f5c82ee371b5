from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.made_pairs import made_pairs
from training.__main__ import main
from training.pairs.clips import SETTINGS
from training.pairs.person_pairs import write_pairs
from training.person_workers import person_folder


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--portraits", "0"], "--portraits 0, expected 1 to"),
        (["--motions", "0"], "--motions 0, expected 1 to 1000"),
        (["--workers", "0"], "--workers 0, expected 1 to 256"),
        (["--face-landmarker", "nowhere.task"], "nowhere.task"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line_before_anything_is_made(
    more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "me.jpg"
    file.write_bytes(b"is not opened")
    assert main(["photographs", str(file), "-o", str(tmp_path / "made"), *more]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["photographs", str(tmp_path / "nobody.jpg"), "-o", str(tmp_path / "made")]) == 1
    assert (
        f"there is no file {tmp_path / 'nobody.jpg'}; expected photographs, or clips"
        in capsys.readouterr().err
    )


def test_a_finished_folder_is_only_counted_and_other_files_do_not_go_on_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, file, folder = tmp_path / "face_landmarker.task", tmp_path / "me.jpg", tmp_path / "made"
    for path in (model, file):
        path.write_bytes(b"is not opened")
    write_pairs(made_pairs(0), person_folder(folder, 0))
    person_folder(folder, 1).with_suffix(".refused").touch()
    words = ["--portraits", "2", "-o", str(folder), "--face-landmarker", str(model)]
    assert main(["photographs", str(file), *words]) == 0
    said = capsys.readouterr()
    assert "1 avatars of 1 files; 1 portraits refused" in said.out
    assert "next: omote-train retouch --photographs" in said.err
    assert json.loads((folder / SETTINGS).read_text())["FILES"] == str(file)
    assert main(["photographs", str(model), *words]) == 1
    assert f"was begun with FILES {file}, --portraits 2" in capsys.readouterr().err
