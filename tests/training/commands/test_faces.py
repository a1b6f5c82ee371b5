from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.head.identity import identities_of
from tests.made_faces import made_faces
from training.__main__ import main
from training.commands.faces import SETTINGS
from training.person_workers import person_folder
from training.tracker.face_pictures import write_faces


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--people", "0"], "--people 0, expected 1 to"),
        (["--motions", "0"], "--motions 0, expected 1 to 1000"),
        (["--workers", "0"], "--workers 0, expected 1 to 256"),
        (["--ict", "nowhere.npz"], "nowhere.npz"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line_before_anything_is_made(
    more: list[str], words: str, small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["faces", "-o", str(tmp_path / "faces"), "--ict", str(small_head), *more]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "faces").exists()


def test_the_test_split_cannot_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Trackers are measured on it."""
    with pytest.raises(SystemExit):
        main(["faces", "-o", str(tmp_path / "faces"), "--split", "test"])
    assert "--split" in capsys.readouterr().err


def test_a_finished_folder_is_only_counted(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "faces"
    (only,) = identities_of("validation", 1)
    write_faces(made_faces(only), person_folder(folder, only))
    words = ["--people", "1", "--motions", "2", "--split", "validation", "--ict", str(small_head)]
    assert main(["faces", "-o", str(folder), *words]) == 0
    said = capsys.readouterr()
    assert "1 people, 2 pictures" in said.out
    assert "next: omote-train tracker" in said.err
    assert json.loads((folder / SETTINGS).read_text("utf-8"))["motions"] == 2
    # other settings make other faces, which would not belong together
    assert main(["faces", "-o", str(folder), *words, "--motions", "3"]) == 1
    assert "was begun with" in capsys.readouterr().err
