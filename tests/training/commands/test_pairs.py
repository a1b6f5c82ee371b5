from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_pairs import made_pairs
from training.__main__ import main
from training.pairs.person_pairs import write_pairs
from training.person_workers import person_folder


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--people", "0"], "--people 0, expected 1 to"),
        (["--motions", "24", "--clip", "5"], "--clip 5: expected a number that divides --motions 24"),
        (["--motions", "0"], "--motions 0, expected 1 to 1000"),
        (["--workers", "0"], "--workers 0, expected 1 to 256"),
        (["--ict", "nowhere.npz"], "nowhere.npz"),
        (["--face-landmarker", "nowhere.task"], "nowhere.task"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line_before_anything_is_made(
    more: list[str], words: str, small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pairs", "-o", str(tmp_path / "pairs"), "--ict", str(small_head), *more]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "pairs").exists()


def test_the_test_split_cannot_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Methods are measured on it."""
    with pytest.raises(SystemExit):
        main(["pairs", "-o", str(tmp_path / "pairs"), "--split", "test"])
    assert "--split" in capsys.readouterr().err


def test_a_finished_folder_is_only_counted(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from studio.head.identity import identities_of

    model = tmp_path / "face_landmarker.task"
    model.write_bytes(b"is not opened")
    folder = tmp_path / "pairs"
    first, second = identities_of("validation", 2)
    write_pairs(made_pairs(first), person_folder(folder, first))
    person_folder(folder, second).with_suffix(".refused").touch()
    words = ["--people", "2", "--motions", "2", "--split", "validation"]
    files = ["--ict", str(small_head), "--face-landmarker", str(model)]
    assert main(["pairs", "-o", str(folder), *words, *files]) == 0
    said = capsys.readouterr()
    assert "1 people, 2 pairs; 1 portraits refused" in said.out
    assert "next: omote-train retouch" in said.err
