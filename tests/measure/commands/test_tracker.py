from __future__ import annotations

from pathlib import Path

import pytest

from measure.__main__ import main

PAIRS = Path(__file__).parents[2] / "data" / "face_correction.npz"


def test_an_impossible_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tracker", "--count", "2", "-o", str(tmp_path / "report")]) == 1
    assert "--count 2, expected 5" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()
