from __future__ import annotations

from pathlib import Path

import pytest

from measure.__main__ import main
from measure.commands.tracker_avatar import markdown_of
from measure.tracker.avatar_driving import DrivenRow


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--count", "0"], "--count 0, expected 1"),
        (["--size", "8"], "--size 8, expected 64 to 1024"),
        (["--motions", "27"], "--motions 27, expected 1 to 26"),
    ],
)
def test_an_impossible_number_is_refused(
    more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tracker-avatar", "-o", str(tmp_path / "report"), *more]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_the_truth_is_compared_with_the_person_only() -> None:
    nothing = float("nan")
    text = markdown_of(
        [DrivenRow("truth", nothing, nothing, 20.0, 21.0), DrivenRow("network", 30.0, 31.0, 19.0, 20.5)], 2, 8
    )
    assert "| truth | – | – | 20.00 | 21.00 |" in text
    assert "| network | 30.00 | 31.00 | 19.00 | 20.50 |" in text
