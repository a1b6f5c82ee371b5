from __future__ import annotations

from pathlib import Path

import pytest

from measure.__main__ import main
from tests.bridge.devices.made_voice import write_voice
from tests.made_speech import write_speakers


def test_a_choice_is_made_for_every_look_ahead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")
    folder = write_voice(tmp_path / "voice")
    write_speakers(tmp_path / "speech", range(1))
    assert main(["closures", "--data", str(tmp_path / "speech"), "--model", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.count("← chosen") == 3
    assert "| 75 | 0.22 | 0.20 |" in said


def test_without_speech_the_command_that_makes_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["closures", "--data", str(tmp_path)]) == 1
    assert "omote-train speech" in capsys.readouterr().err
