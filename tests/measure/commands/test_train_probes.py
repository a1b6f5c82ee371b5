from __future__ import annotations

from pathlib import Path

import pytest

from measure.__main__ import main


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--count", "3"], "--count 3, expected 16 to"),
        (["--minutes", "0"], "--minutes 0, expected 0.05 to"),
        (["--workers", "0"], "--workers 0, expected 1 to 256"),
    ],
)
def test_an_impossible_number_is_refused(
    more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train-probes", "-o", str(tmp_path / "probes"), *more]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "probes").exists()
