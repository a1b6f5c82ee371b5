from __future__ import annotations

from pathlib import Path

import pytest

from training.__main__ import main
from training.person_workers import people_in


@pytest.mark.parametrize(
    ("more", "words"),
    [(["--people", "0"], "--people 0, expected 1 to"), (["--workers", "0"], "--workers 0, expected 1 to")],
)
def test_an_impossible_number_is_refused(
    more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["portraits", "-o", str(tmp_path / "people"), *more]) == 1
    assert words in capsys.readouterr().err


def test_people_are_drawn_once_and_other_settings_are_refused(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["portraits", "-o", str(tmp_path), "--people", "1", "--workers", "1", "--ict", str(small_head)]
    assert main(words) == 0
    assert "1 people, 3 portraits" in capsys.readouterr().out
    [person] = people_in(tmp_path)
    written = (person / "person.npy").stat().st_mtime_ns
    assert main(words) == 0
    assert (person / "person.npy").stat().st_mtime_ns == written
    assert main([*words, "--seed", "2"]) == 1
    assert "choose another folder" in capsys.readouterr().err
