from __future__ import annotations

from pathlib import Path

import pytest

from measure.__main__ import main


def test_an_impossible_size_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["portraits", "me.jpg", "--size", "8", "-o", str(tmp_path / "report")]) == 1
    assert "--size 8, expected 64 to 1024" in capsys.readouterr().err


def test_missing_judges_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="the judges need torch")
    arguments = ["--judges", str(tmp_path), "-o", str(tmp_path / "report")]
    assert main(["portraits", "me.jpg", *arguments]) == 1
    assert "npm package @vladmandic/face-api" in capsys.readouterr().err


def test_a_portrait_is_measured_and_drawn(
    tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mediapipe")
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(shared / "models" / "face_landmarker.task"))
    photo = shared / "media" / "portraits" / "s4.jpg"
    arguments = ["--methods", "copy", "--size", "96", "-o", str(tmp_path / "report")]
    assert main(["portraits", str(photo), *arguments]) == 0
    assert "copy" in capsys.readouterr().out
    assert (tmp_path / "report" / "portraits.json").exists()
    assert (tmp_path / "report" / "s4.jpg").stat().st_size > 1000
