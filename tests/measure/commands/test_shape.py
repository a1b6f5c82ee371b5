from __future__ import annotations

from pathlib import Path

import pytest

from measure.__main__ import main


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--count", "0"], "--count 0, expected 1 to"),
        (["--ict", "nowhere.npz"], "nowhere.npz"),
        (["--face-landmarker", "nowhere.task"], "nowhere.task"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line(
    more: list[str], words: str, small_head: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mediapipe")
    assert main(["shape", "--ict", str(small_head), *more]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
