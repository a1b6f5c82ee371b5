from __future__ import annotations

from pathlib import Path

import pytest

from training.__main__ import main


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--people", "0"], "--people 0, expected 1 to"),
        (["--seconds", "1"], "--seconds 1, expected 5 to 600"),
        (["--workers", "0"], "--workers 0, expected 1 to 256"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line_before_anything_is_made(
    more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["speech", "-o", str(tmp_path / "speech"), *more]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "speech").exists()


def test_a_missing_synthesizer_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.voice.espeak.find_library", lambda name: None)
    assert main(["speech", "-o", str(tmp_path / "speech"), "--people", "1"]) == 1
    assert "apt install espeak-ng" in capsys.readouterr().err
